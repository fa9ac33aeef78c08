import { describe, expect, it } from 'vitest';
import type { RuntimeName } from '../runtime/port.ts';
import { catalogue } from './catalogue.ts';
import { everyProfile } from './check.ts';
import { checkIds } from './verify.ts';

const idsOf = (profile: (typeof everyProfile)[number], runtime: RuntimeName = 'netns'): string[] =>
  catalogue
    .filter(({ profiles, runtimes }) => profiles.includes(profile) && runtimes?.includes(runtime) !== false)
    .map(({ id }) => id);

describe('catalogue', () => {
  it.each(everyProfile)('of %s is the committed list, in its order', (profile) => {
    for (const runtime of ['netns', 'kind', 'existing'] as const) {
      expect(idsOf(profile, runtime)).toEqual(checkIds(profile, runtime));
    }
  });
  it('has each id once', () => {
    expect(catalogue.map(({ id }) => id).filter((id, i, all) => all.indexOf(id) !== i)).toEqual([]);
  });
  it('names kinds by prefix', () => {
    const prefix = { connectivity: /^conn\.[a-z0-9.-]+$/, claim: /^claim\.[a-z0-9.-]+$/ };
    for (const { id, kind } of catalogue) expect(id).toMatch(prefix[kind]);
  });
  it('covers the same connectivity in every profile', () => {
    const connectivity = everyProfile.map((profile) => idsOf(profile).filter((id) => id.startsWith('conn.')));
    expect(new Set(connectivity.map((ids) => ids.join())).size).toBe(1);
  });
  it.each(everyProfile)('has a short run with connectivity and claims for %s', (profile) => {
    const quick = catalogue.filter((check) => check.quick === true && check.profiles.includes(profile));
    expect(new Set(quick.map(({ kind }) => kind)).size).toBe(2);
    expect(quick.some(({ exclusive }) => exclusive)).toBe(false);
  });
});
