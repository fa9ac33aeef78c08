import { migrateValues, parseVersion, renderCiliumValues, valuesWithoutPulls } from '../../cilium/index.ts';
import { jsonMerge } from '../../core/json-merge.ts';
import type { CiliumRequest } from './request.ts';

type Values = Readonly<Record<string, unknown>>;

/** Values that somebody gave the release, and the version that they were written for. */
export interface KeptValues {
  readonly values: Values;
  readonly version: string;
}

/**
 * What `up` installs with: the profile's values, by loaded images, the lab file's own last. `kept` lies under them in
 * the words of the new version. helm's own --reuse-values would keep the old chart's defaults as well, which the
 * templates of a new chart do not know.
 */
export function valuesToInstall({ lab, version, observe }: CiliumRequest, kept?: KeptValues): Values {
  const below =
    kept === undefined
      ? {}
      : migrateValues(kept.values, { from: parseVersion(kept.version), to: version }).values;
  const wanted = jsonMerge(renderCiliumValues(lab, version, observe), valuesWithoutPulls(version));
  return jsonMerge(jsonMerge(below, wanted), lab.raw.helm) as Values;
}
