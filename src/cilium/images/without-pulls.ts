import { withValue } from '../values/tree.ts';
import { type ChartVersion, inRange } from '../version.ts';
import { components } from './components.ts';

type Values = Readonly<Record<string, unknown>>;

/**
 * Values by which nodes take images that were loaded into them and pull nothing: the chart asks for digests of
 * its registry, which loaded images do not have.
 */
export function valuesWithoutPulls(version: ChartVersion): Values {
  return components
    .filter((component) => inRange(version, component))
    .reduce<Values>((values, { at, useDigestFrom }) => {
      const quiet = withValue(values, `${at}.pullPolicy`, 'Never');
      const knowsDigests = useDigestFrom === undefined || inRange(version, { from: useDigestFrom });
      return knowsDigests ? withValue(quiet, `${at}.useDigest`, false) : quiet;
    }, {});
}
