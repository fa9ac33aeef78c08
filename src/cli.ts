import { ExitCode } from './core/errors.ts';
import { Interruption } from './interruption.ts';
import { main } from './main.ts';

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
// `labctl list | head`: the reader has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? ExitCode.ok : ExitCode.failure);
});

const exitCode = await main({
  argv: process.argv.slice(2),
  env: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  signal: abort.signal,
});
process.exit(await flushed(exitCode));

/** Waits until what was written to a pipe has left this process. */
async function flushed(code: number): Promise<number> {
  await Promise.all(
    [process.stdout, process.stderr].map((stream) => new Promise((done) => stream.write('', done))),
  );
  return code;
}
