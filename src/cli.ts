import { ExitCode } from './core/errors.ts';
import { Interruption } from './interruption.ts';
import { main } from './main.ts';
import { guardOutput } from './output-streams.ts';

/** Entry of the bundle and the one place that ends the process. */
const abort = new AbortController();

for (const [signal, exitCode] of [
  ['SIGINT', ExitCode.interrupted],
  ['SIGTERM', ExitCode.terminated],
] as const) {
  // The first one cancels and lets the command clean up; the second one does not wait for it.
  process.on(signal, () => {
    if (abort.signal.aborted) process.exit(exitCode);
    abort.abort(new Interruption(signal, exitCode));
  });
}
const output = guardOutput(process.stdout, process.stderr);

const exitCode = await main({
  argv: process.argv.slice(2),
  env: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  signal: abort.signal,
});
const lost = await output.flushed();
if (lost !== undefined) process.stderr.write(`error ${lost.code}: ${lost.message}\n  fix: ${lost.fix}\n`);
process.exit(exitCode === ExitCode.ok && lost !== undefined ? lost.exitCode : exitCode);
