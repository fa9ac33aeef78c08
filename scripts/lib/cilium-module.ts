import { $ } from 'zx';
import { isInPath } from '../../src/lab/preflight.ts';

const moduleName = 'github.com/cilium/cilium';

interface Download {
  readonly Dir?: string;
  readonly Error?: string;
}

/** The directory of a released version of Cilium in go's module cache, without its vendored modules. */
export async function ciliumSource(version: string): Promise<string> {
  const { stdout, stderr } = await $({
    quiet: true,
    nothrow: true,
  })`go mod download -json ${`${moduleName}@v${version}`}`;
  const { Dir, Error: reason = stderr.trim() } = (stdout === '' ? {} : JSON.parse(stdout)) as Download;
  if (Dir !== undefined) return Dir;
  const hint = reason.includes('sumdb')
    ? `\nWhere go's checksum database cannot be asked: GONOSUMDB=${moduleName}`
    : '';
  throw new Error(`go has no Cilium ${version}: ${reason}${hint}`);
}

/** Throws with what is not in PATH. */
export function requireCommands(...commands: readonly string[]): void {
  const missing = commands.filter((command) => !isInPath(command));
  if (missing.length > 0) throw new Error(`not in PATH: ${missing.join(' and ')}`);
}
