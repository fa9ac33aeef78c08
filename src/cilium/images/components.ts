import { isTree, valueUnder } from '../values/tree.ts';
import { inRange, type VersionRange } from '../version.ts';

type Values = Readonly<Record<string, unknown>>;

/** One container image that the chart may ask for. */
export interface Component extends VersionRange {
  /** Where its image is described: `repository`, `tag`, `digest`, `useDigest`, `override`. */
  readonly at: string;
  /** Put behind the repository, but not behind an override. */
  readonly suffix?: string;
  /** Key of the digest beside the repository; `digest` where it is left out. */
  readonly digest?: string;
  /** Whether these values, those of the chart included, make the chart use it. */
  readonly isUsed: (values: Values, version: string) => boolean;
  /** From when on it can be told to ask for a plain tag. Before, the digest is a part of its tag. */
  readonly useDigestFrom?: string;
}

const isOn = (values: Values, ...keys: readonly string[]): boolean =>
  keys.every((key) => valueUnder(values, key) === true);
const usesUi = (values: Values): boolean => isOn(values, 'hubble.enabled', 'hubble.ui.enabled');

/** The images of Cilium's chart that a lab can use. Found by rendering every released chart. */
export const components: readonly Component[] = [
  { at: 'image', isUsed: () => true },
  { at: 'operator.image', suffix: '-generic', digest: 'genericDigest', isUsed: () => true },
  { at: 'envoy.image', from: '1.14.0', isUsed: usesEnvoy },
  { at: 'hubble.relay.image', isUsed: (values) => isOn(values, 'hubble.enabled', 'hubble.relay.enabled') },
  { at: 'hubble.ui.frontend.image', isUsed: usesUi, useDigestFrom: '1.14.0' },
  { at: 'hubble.ui.backend.image', isUsed: usesUi, useDigestFrom: '1.14.0' },
  {
    at: 'certgen.image',
    useDigestFrom: '1.14.0',
    isUsed: (values) =>
      isOn(values, 'hubble.enabled', 'hubble.tls.enabled') &&
      valueUnder(values, 'hubble.tls.auto.method') === 'cronJob',
  },
];

/** From 1.16 on values.yaml says `~`, which means on. */
function usesEnvoy(values: Values, version: string): boolean {
  const said = valueUnder(values, 'envoy.enabled');
  return typeof said === 'boolean' ? said : inRange(version, { from: '1.16.0' });
}

/** The image by the values alone, as the chart's own template puts it together; undefined where there is none. */
export function componentImage(
  values: Values,
  { at, suffix = '', digest = 'digest' }: Component,
): string | undefined {
  const image = valueUnder(values, at);
  if (!isTree(image)) return undefined;
  if (typeof image.override === 'string' && image.override !== '') return image.override;
  if (typeof image.repository !== 'string' || typeof image.tag !== 'string') return undefined;
  const pinned = image[digest];
  const isPinned = image.useDigest === true && typeof pinned === 'string' && pinned !== '';
  return `${image.repository}${suffix}:${image.tag}${isPinned ? `@${pinned}` : ''}`;
}
