import { type ChartVersion, inRange } from '../version.ts';

const registry = 'quay.io/cilium';

/** Envoy has versions of its own. Nothing but the chart says which: these were read from rendered charts. */
const envoyTags: Readonly<Record<string, string>> = {
  '1.16.0': 'v1.29.7-39a2a56bbd5b3a591f69dbca51d3e30ef97e0e51',
  '1.16.1': 'v1.29.7-39a2a56bbd5b3a591f69dbca51d3e30ef97e0e51',
  '1.16.2': 'v1.29.9-1726784081-a90146d13b4cd7d168d573396ccf2b3db5a3b047',
  '1.16.5': 'v1.30.8-1733837904-eaae5aca0fb988583e5617170a65ac5aa51c0aa8',
  '1.16.19': 'v1.34.12-1767177245-7935d4d711cb6f8020385a50c996b90896e16a71',
  '1.17.0': 'v1.31.5-1737535524-fe8efeb16a7d233bffd05af9ea53599340d3f18e',
  '1.17.5': 'v1.32.6-1749271279-0864395884b263913eac200ee2048fd985f8e626',
  '1.17.18': 'v1.36.9-1782267392-edeb3f2af56c37c407efa1f63f0b32f595399bbc',
  '1.18.0': 'v1.34.4-1753677767-266d5a01d1d55bd1d60148f991b98dac0390d363',
  '1.18.4': 'v1.34.10-1762597008-ff7ae7d623be00078865cff1b0672cc5d9bfc6d5',
  '1.18.12': 'v1.36.9-1782267392-edeb3f2af56c37c407efa1f63f0b32f595399bbc',
  '1.19.0': 'v1.35.9-1768828720-c6e4827ebca9c47af2a3a6540c563c30947bae29',
  '1.19.1': 'v1.35.9-1770979049-232ed4a26881e4ab4f766f251f258ed424fff663',
  '1.19.6': 'v1.36.9-1782267392-edeb3f2af56c37c407efa1f63f0b32f595399bbc',
  '1.20.0': 'v1.37.5-1782911245-7cffc778c923f68a77954a53b1a98d6b5353f004',
  '1.20.2': 'v1.37.6-1789133542-cbec91f666af0bf742da986d43832932dbb26b82',
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
