import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot, readIfPresent } from '../../platform/fs.ts';

const managers = {
  debian: 'apt-get install',
  ubuntu: 'apt-get install',
  dnf: 'dnf install',
  apk: 'apk add',
  pacman: 'pacman -S',
} as const;
type System = keyof typeof managers;

export interface PackageRow {
  /** cmd, lib, lib-static, header, file or bpftool. */
  readonly kind: string;
  readonly what: string;
  readonly names: Readonly<Record<System, string>>;
}

export interface PackageTable {
  readonly rows: readonly PackageRow[];
  /** The command that brings what is named on this machine. */
  readonly install: (what: string) => string;
}

/** The table that the launcher installs from, for the system that this machine runs. */
export async function readPackages(): Promise<PackageTable> {
  const rows = parsePackages(await readFile(join(projectRoot(), 'scripts/lib/packages.table'), 'utf8'));
  const system = systemOf((await readIfPresent('/etc/os-release')) ?? '');
  return {
    rows,
    install: (what) => {
      const row = rows.find((each) => each.what === what);
      return row === undefined ? `install ${what}` : `${managers[system]} ${row.names[system]}`;
    },
  };
}

export function parsePackages(text: string): PackageRow[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [kind = '', what = '', debian = '', ubuntu = '', dnf = '', apk = '', pacman = ''] =
        line.split(/\s+/);
      return { kind, what, names: { debian, ubuntu, dnf, apk, pacman } };
    });
}

/** From /etc/os-release; Debian's names where the system is none that is known. */
export function systemOf(osRelease: string): System {
  const words = [...osRelease.matchAll(/^ID(?:_LIKE)?="?([^"\n]*)"?$/gm)].flatMap((match) =>
    (match[1] ?? '').split(' '),
  );
  if (words.includes('ubuntu')) return 'ubuntu';
  if (words.includes('debian')) return 'debian';
  if (words.some((word) => ['fedora', 'rhel', 'centos'].includes(word))) return 'dnf';
  if (words.includes('alpine')) return 'apk';
  return words.includes('arch') ? 'pacman' : 'debian';
}
