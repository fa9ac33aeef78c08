import { inRange, type VersionRange } from '../version.ts';

/** What the agent's own command line is called inside of its pod. cilium-cli, outside, is called `cilium` in all versions. */
const names: readonly (VersionRange & { readonly name: string })[] = [
  { name: 'cilium', before: '1.15.0' },
  { name: 'cilium-dbg', from: '1.15.0' },
];

export const agentCli = (version: string): string =>
  names.find((each) => inRange(version, each))?.name ?? 'cilium-dbg';
