import type { Exec } from '../core/exec.ts';
import { labctlVersion } from '../core/version.ts';
import type { CommandDefinition } from './command.ts';

/** Programs whose versions matter in a report; a missing one is shown as such. */
const programs = [
  { name: 'clang', args: ['--version'], pattern: /clang version (\S+)/ },
  { name: 'bpftool', args: ['version'], pattern: /bpftool v(\S+)/ },
  { name: 'iptables', args: ['--version'], pattern: /iptables (v\S+ \(\w+\))/ },
  { name: 'nft', args: ['--version'], pattern: /nftables v(\S+)/ },
  { name: 'kind', args: ['version', '-q'], pattern: /(\S+)/ },
  { name: 'helm', args: ['version', '--template', '{{.Version}}'], pattern: /(\S+)/ },
  { name: 'kubectl', args: ['version', '--client', '-o', 'yaml'], pattern: /gitVersion: (\S+)/ },
] as const;

const missing = 'not installed';

export const version: CommandDefinition = {
  name: 'version',
  summary: 'versions of labctl, of the kernel and of the tools that it uses',
  options: [{ flags: '--short', summary: 'the version of labctl only' }],
  examples: ['labctl version', 'labctl version -o json'],
  run: async (context, _args, options) => {
    if (options.short === true) return { data: { labctl: labctlVersion }, text: labctlVersion };
    const { release, arch } = await import('node:os');
    const found = await Promise.all(
      programs.map(async (program) => [program.name, await versionOf(program, context.exec)] as const),
    );
    const data: Record<string, string | null> = {
      labctl: labctlVersion,
      node: process.versions.node,
      kernel: release(),
      architecture: arch(),
      ...Object.fromEntries(found),
    };
    const rows = Object.entries(data).map(([name, value]) => [name, value ?? missing]);
    return { data, table: { head: ['COMPONENT', 'VERSION'], rows } };
  },
};

async function versionOf(program: (typeof programs)[number], exec: Exec): Promise<string | null> {
  try {
    const { stdout } = await exec(program.name, program.args, { allowFailure: true, timeoutMs: 5000 });
    return program.pattern.exec(stdout)?.[1] ?? 'unknown';
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'E_COMMAND_MISSING') return null;
    throw error;
  }
}
