import { environmentError } from '../../core/errors.ts';
import type { Exec } from '../../core/exec.ts';
import { parseSave, type Save } from './save.ts';

export type Backend = 'nf_tables' | 'legacy';

/** The iptables of this network namespace, with its backend named. */
export interface Iptables {
  readonly backend: Backend;
  readonly version: string;
  save(): Promise<Save>;
  /** Feeds one `iptables-restore --noflush`; each table in it changes as a whole or not at all. */
  restore(text: string): Promise<void>;
}

export interface IptablesOptions {
  /** `auto` takes what `iptables` is on this machine; the other two ask for that backend by name. */
  readonly backend?: 'auto' | Backend;
  /** Lock of the legacy backend. One per node: the default is one file per machine, not per namespace. */
  readonly lockFile?: string;
}

const variants = { auto: 'iptables', nf_tables: 'iptables-nft', legacy: 'iptables-legacy' } as const;

/** Finds iptables and its backend. Rejects with E_IPTABLES where the version text names none. */
export async function findIptables(exec: Exec, options: IptablesOptions = {}): Promise<Iptables> {
  const tool = variants[options.backend ?? 'auto'];
  const { stdout } = await exec(tool, ['--version']);
  const [, version, backend] = /v(\d[\d.]*) \((nf_tables|legacy)\)/.exec(stdout) ?? [];
  if (version === undefined || (backend !== 'nf_tables' && backend !== 'legacy')) {
    throw environmentError('E_IPTABLES', `${tool} --version names no backend: ${stdout.trim()}`, {
      fix: 'install iptables 1.8 or later',
    });
  }
  const env = options.lockFile === undefined ? {} : { env: { XTABLES_LOCKFILE: options.lockFile } };
  return {
    backend,
    version,
    save: async () => parseSave((await exec(`${tool}-save`, [], env)).stdout),
    restore: async (text) => {
      if (text !== '') await exec(`${tool}-restore`, ['-w', '5', '--noflush'], { ...env, input: text });
    },
  };
}
