import { usageError } from '../../core/errors.ts';
import { nearestWord } from '../../core/nearest-word.ts';
import type { ProfileName } from '../../profile/profile.ts';
import type { RuntimeName } from '../../runtime/port.ts';
import type { Check } from '../check.ts';

export interface Selection {
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
  readonly quick?: boolean;
}

/** What is verified. */
export interface Subject {
  readonly profile: ProfileName;
  readonly runtime: RuntimeName;
}

/**
 * The checks of a profile and runtime that were asked for, in their order. Others are absent.
 * A pattern that matches no check of the profile is a usage error: a typo must not turn a run green.
 */
export function select(
  checks: readonly Check[],
  { profile, runtime }: Subject,
  selection: Selection,
): Check[] {
  const own = checks.filter(
    ({ profiles, runtimes }) => profiles.includes(profile) && runtimes?.includes(runtime) !== false,
  );
  const only = (selection.only ?? []).map(glob);
  const skip = (selection.skip ?? []).map(glob);
  const idle = [...only, ...skip].filter(({ matches }) => !own.some(({ id }) => matches(id)));
  if (idle.length > 0) throw noMatch(idle, own, profile);
  const chosen = own.filter(
    (check) =>
      (only.length === 0 || only.some(({ matches }) => matches(check.id))) &&
      !skip.some(({ matches }) => matches(check.id)) &&
      (selection.quick !== true || only.length > 0 || check.quick === true),
  );
  if (chosen.length === 0)
    throw usageError('E_NO_CHECK', '--only and --skip leave no check to run', { fix: 'skip less' });
  return chosen;
}

interface Glob {
  readonly pattern: string;
  readonly matches: (id: string) => boolean;
}

/** `*` is any text, dots too: `conn.*.mtu`. */
export function glob(pattern: string): Glob {
  const source = pattern
    .split('*')
    .map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, String.raw`\$&`))
    .join('.*');
  const expression = new RegExp(`^${source}$`);
  return { pattern, matches: (id) => expression.test(id) };
}

function noMatch(idle: readonly Glob[], own: readonly Check[], profile: ProfileName): Error {
  const patterns = idle.map(({ pattern }) => `'${pattern}'`).join(', ');
  const groups = [...new Set(own.map(({ id }) => id.split('.').slice(0, 2).join('.')))].join(', ');
  const near = nearestWord(
    idle[0]?.pattern ?? '',
    own.map(({ id }) => id),
  );
  const meant = near === undefined ? '' : `did you mean ${near}? `;
  return usageError('E_NO_CHECK', `no check of profile ${profile} matches ${patterns}`, {
    fix: `${meant}groups are ${groups}; labctl verify --list prints every id`,
  });
}
