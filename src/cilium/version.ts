import type { Brand } from '../core/brand.ts';
import { usageError } from '../core/errors.ts';

/** A version of the chart, without a leading `v`: `1.14.3`, `1.13.0-rc5`. */
export type ChartVersion = Brand<string, 'ChartVersion'>;

/** From the oldest chart that the tutorials use to the newest one whose values are known. */
const oldestMinor = '1.12';
const newestMinor = '1.21';
/** What `--cilium-version` is when it is left out: the newest stable chart whose values are known. */
export const defaultVersion = '1.20.2' as ChartVersion;

const pattern = /^v?(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z]+(?:\.[0-9A-Za-z]+)*))?$/;

/** Throws E_CILIUM_VERSION where the text is no version, or one whose values are not known. */
export function parseVersion(text: string): ChartVersion {
  const [, major, minor, , pre] = pattern.exec(text) ?? [];
  if (major === undefined || minor === undefined) throw refused(text, 'is no version of a chart');
  const version = text.replace(/^v/, '') as ChartVersion;
  if (isBefore(version, `${oldestMinor}.0-0`) || compareMinor(`${major}.${minor}`, newestMinor) > 0) {
    throw refused(text, 'is a version whose values are not known');
  }
  if (pre?.startsWith('snapshot') === true) throw refused(text, 'lies between two sets of values');
  return version;
}

/** Negative where `a` came first. Release candidates come before their release; all parts compare as numbers. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [parts(a), parts(b)];
  for (const place of [0, 1, 2] as const) {
    const difference = left.numbers[place] - right.numbers[place];
    if (difference !== 0) return difference;
  }
  return comparePre(left.pre, right.pre);
}

export const isBefore = (version: string, limit: string): boolean => compareVersions(version, limit) < 0;

/** From the first version on, up to but without the second. A limit that is left out does not limit. */
export interface VersionRange {
  readonly from?: string;
  readonly before?: string;
}

/**
 * Whether a version lies in a range. A pre-release counts to the patch that it prepares: values that came with
 * 1.14.0 are those of 1.14.0-rc.1.
 */
export function inRange(version: string, { from, before }: VersionRange): boolean {
  const release = version.replace(/-.*/, '');
  return (
    (from === undefined || compareVersions(release, from) >= 0) &&
    (before === undefined || compareVersions(release, before) < 0)
  );
}

/** `1.14.3` -> `1.14`. */
export const minorOf = (version: string): string => version.split('.').slice(0, 2).join('.');

interface Parts {
  readonly numbers: readonly [number, number, number];
  readonly pre: readonly string[];
}

function parts(version: string): Parts {
  const [, major = '0', minor = '0', patch = '0', pre] = pattern.exec(version) ?? [];
  // `rc5` and `rc.5` are the same candidate, spelled before and after 1.14.
  const words = pre === undefined ? [] : pre.split('.').flatMap((word) => word.match(/\d+|\D+/g) ?? []);
  return { numbers: [Number(major), Number(minor), Number(patch)], pre: words };
}

function comparePre(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return b.length - a.length;
  for (const [index, word] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    const isNumeric = /^\d+$/.test(word) && /^\d+$/.test(other);
    const difference = isNumeric ? Number(word) - Number(other) : word.localeCompare(other, 'en');
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

const compareMinor = (a: string, b: string): number => compareVersions(`${a}.0`, `${b}.0`);

function refused(text: string, reason: string): Error {
  return usageError('E_CILIUM_VERSION', `Cilium version ${JSON.stringify(text)} ${reason}`, {
    fix: `allowed: ${oldestMinor}.0 to ${newestMinor}.x, as 1.14.3 or 1.13.0-rc5`,
  });
}
