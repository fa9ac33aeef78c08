import type { Profile } from '../src/profile/profile.ts';
import { ebpf } from './ebpf.ts';
import { kpr } from './kpr.ts';
import { kubeProxy } from './kube-proxy.ts';

/** From the kernel's own path to all eBPF. */
export const profiles: readonly Profile[] = [kubeProxy, kpr, ebpf];

/** Every word that names a profile: names first, then aliases. */
export const profileWords: readonly string[] = [
  ...profiles.map((profile) => profile.name),
  ...profiles.flatMap((profile) => profile.aliases),
];

export const findProfile = (nameOrAlias: string): Profile | undefined =>
  profiles.find((profile) => profile.name === nameOrAlias || profile.aliases.includes(nameOrAlias));
