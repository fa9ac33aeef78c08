import { fileURLToPath } from 'node:url';
import { type CliResult, run } from './cli.ts';

/** A user other than root: an identity that nobody has, no capability but to read, a home of its own. */
export interface PlainUser {
  readonly home: string;
  /** Where the user's programs are. */
  readonly path: string;
  /** Of nothing, where it is not said. */
  readonly group?: number;
  /** Files that this user's processes find empty. */
  readonly hidden?: readonly string[];
}

export const nobody = 65_534;
const cli = fileURLToPath(new URL('../../../dist/cli.js', import.meta.url));
/** A clone may lie where only root can read. */
const reading = ['inh-caps', 'ambient-caps', 'bounding-set'].map((set) => `--${set}=-all,+dac_read_search`);
const limitMs = 300_000;

/** Runs the bundle as that user does. */
export const labctlAs = (user: PlainUser, ...args: readonly string[]): Promise<CliResult> =>
  runAs(user, process.execPath, cli, ...args);

export function runAs(user: PlainUser, ...argv: readonly string[]): Promise<CliResult> {
  const { home, path, group, hidden = [] } = user;
  const groups = group === undefined ? '--clear-groups' : `--groups=${group}`;
  const identity = [`--reuid=${nobody}`, `--regid=${nobody}`, groups, ...reading];
  const command = ['setpriv', ...identity, 'env', '-i', `HOME=${home}`, `PATH=${path}`, ...argv];
  if (hidden.length === 0) return run(command[0] ?? '', command.slice(1), { limitMs });
  const binds = hidden.map((file) => `mount --bind /dev/null '${file}'`);
  const script = [...binds, 'exec "$@"'].join('\n');
  return run('unshare', ['--mount', 'sh', '-euc', script, 'sh', ...command], { limitMs });
}
