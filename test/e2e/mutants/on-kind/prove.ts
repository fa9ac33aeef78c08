import { expect } from 'vitest';
import { catalogue } from '../../../../src/checks/catalogue.ts';
import type { ProfileName } from '../../../../src/profile/profile.ts';
import type { KindLab } from '../../support/kind-lab.ts';
import { redOf } from '../../support/lab.ts';
import type { ResidentVerify } from '../../support/resident-verify.ts';
import type { KindMutant } from './mutant.ts';
import { kindScene } from './scene.ts';

/**
 * Makes a mutant, sees which claims turn red, and mends it. Beside its own it asks the claims that only
 * read; labs of the netns runtime, which such a mutant costs a second, ask all of them.
 */
export async function proveOnKind(
  lab: KindLab,
  profile: ProfileName,
  { claim, dependents = [], make }: KindMutant,
  verify: ResidentVerify,
): Promise<void> {
  const asked = new Set([claim, ...dependents, ...readingClaims(profile)]);
  const mend = await make(await kindScene(lab));
  try {
    const report = await verify([...asked]);
    const red = report.checks.filter(({ status }) => status !== 'passed').map(({ id }) => id);
    expect(red.sort(), redOf(report).join('\n')).toEqual([claim, ...dependents].sort());
    expect(report.checks.map(({ id }) => id).sort()).toEqual([...asked].sort());
  } finally {
    await mend();
  }
}

const readingClaims = (profile: ProfileName): string[] =>
  catalogue
    .filter(({ kind, profiles, quick }) => kind === 'claim' && quick === true && profiles.includes(profile))
    .map(({ id }) => id);
