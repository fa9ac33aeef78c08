import type { Profile } from './profile.ts';

/** The switches of a profile by the lab file's names, sizes last. */
export function switchesOf({ kubeProxyMode, datapath }: Profile): Readonly<Record<string, string>> {
  const { serviceLB, sizes, ...rest } = datapath;
  const flat = { kubeProxyReplacement: serviceLB === 'bpf', kubeProxyMode, ...rest };
  const sized = Object.entries(sizes).map(([table, entries]) => [`sizes.${table}`, entries] as const);
  return Object.fromEntries(
    [...Object.entries(flat), ...sized].map(([name, value]) => [name, String(value)]),
  );
}

export interface SwitchDifference {
  readonly name: string;
  readonly left: string;
  readonly right: string;
}

export function differences(left: Profile, right: Profile): readonly SwitchDifference[] {
  const [a, b] = [switchesOf(left), switchesOf(right)];
  return Object.keys(a)
    .map((name) => ({ name, left: a[name] ?? '', right: b[name] ?? '' }))
    .filter((row) => row.left !== row.right);
}
