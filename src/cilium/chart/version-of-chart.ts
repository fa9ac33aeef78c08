import { usageError } from '../../core/errors.ts';
import { type ChartVersion, parseVersion } from '../version.ts';
import type { ChartText } from './keys.ts';

/** A chart that is given decides the version, and may not be another than the one asked for. Throws E_CHART. */
export function versionOfChart(
  { version }: Pick<ChartText, 'version'>,
  place: string,
  asked?: ChartVersion,
): ChartVersion {
  const found = parseVersion(version);
  if (asked !== undefined && asked !== found) {
    throw usageError('E_CHART', `${place} is chart ${found}, not ${asked}`, {
      fix: 'leave the version out, or give the chart of that version',
    });
  }
  return found;
}
