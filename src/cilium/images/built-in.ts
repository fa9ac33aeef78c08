import { type ChartVersion, inRange } from '../version.ts';

const registry = 'quay.io/cilium';

/** Envoy has versions of its own. Nothing but the chart says which: these were read from rendered charts. */
const envoyTags: Readonly<Record<string, string>> = {
  '1.16.19': 'v1.34.12-1767177245-7935d4d711cb6f8020385a50c996b90896e16a71',
  '1.17.18': 'v1.36.9-1782267392-edeb3f2af56c37c407efa1f63f0b32f595399bbc',
  '1.18.12': 'v1.36.9-1782267392-edeb3f2af56c37c407efa1f63f0b32f595399bbc',
  '1.19.6': 'v1.36.9-1782267392-edeb3f2af56c37c407efa1f63f0b32f595399bbc',
  '1.20.0': 'v1.37.5-1782911245-7cffc778c923f68a77954a53b1a98d6b5353f004',
};

export interface BuiltInImages {
  readonly images: readonly string[];
  /** Repositories that are needed as well, whose tag only the chart says. */
  readonly untagged: readonly string[];
}

/** The images of a version's default set by repository and tag, without digests: for where no chart is at hand. */
export function builtInImages(version: ChartVersion): BuiltInImages {
  const always = ['cilium', 'operator-generic'].map((name) => `${registry}/${name}:v${version}`);
  if (!inRange(version, { from: '1.16.0' })) return { images: always, untagged: [] };
  const envoy = `${registry}/cilium-envoy`;
  const tag = envoyTags[version];
  return tag === undefined
    ? { images: always, untagged: [envoy] }
    : { images: [...always, `${envoy}:${tag}`], untagged: [] };
}
