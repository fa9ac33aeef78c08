import type { Exec } from '../../core/exec.ts';
import type { ProfileName } from '../../profile/profile.ts';
import type { PackageTable } from './packages.ts';

export type DoctorRuntime = 'netns' | 'kind' | 'existing';

export interface ProbeContext {
  readonly exec: Exec;
  readonly packages: PackageTable;
}

/** What a try showed. */
export interface Seen {
  readonly ok: boolean;
  /** One line of what was found. */
  readonly saw: string;
  /** How to mend it, where that differs from the probe's own advice. */
  readonly fix?: string;
}

/** One need of a lab and the way to try it. A probe leaves the machine as it was. */
export interface Probe {
  readonly id: string;
  readonly title: string;
  /** Why a lab needs it. */
  readonly need: string;
  readonly runtimes: readonly DoctorRuntime[];
  /** All profiles where it is left out. */
  readonly profiles?: readonly ProfileName[];
  readonly run: (context: ProbeContext) => Promise<Seen>;
  readonly fix: string | ((context: ProbeContext) => string);
}

/** Tries a command: fit when it exits 0. What it printed first is what was seen. */
export const trying =
  (file: string, args: readonly string[], input?: string): Probe['run'] =>
  async ({ exec }) => {
    const { exitCode, stdout, stderr } = await exec(file, args, {
      allowFailure: true,
      timeoutMs: 20_000,
      ...(input === undefined ? {} : { input }),
    });
    const said = exitCode === 0 ? firstLine(stdout) : complaint(stderr || stdout);
    return exitCode === 0
      ? { ok: true, saw: said === '' ? 'works' : said }
      : { ok: false, saw: said === '' ? `${file} ${args.join(' ')}: exit code ${exitCode}` : said };
  };

/** Tries commands in order; the first that fails is what was seen. */
export const tryingAll =
  (commands: readonly (readonly [string, ...string[]])[]): Probe['run'] =>
  async (context) => {
    for (const [file, ...args] of commands) {
      const seen = await trying(file, args)(context);
      if (!seen.ok) return seen;
    }
    return { ok: true, saw: 'works' };
  };

export const firstLine = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.trim())
    .find((line) => line !== '') ?? '';

/** The line of an output that says what is wrong. */
const complaint = (text: string): string =>
  firstLine(text.split('\n').find((line) => /error|fail|denied|not permitted/i.test(line)) ?? text);
