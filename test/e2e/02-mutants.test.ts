import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkIds } from '../../src/checks/verify.ts';
import { mutants } from './mutants/index.ts';
import { labctl } from './support/cli.ts';
import { downLab, profiles, redOf, upLab, verifyLab } from './support/lab.ts';

const claimsOf = (profile: (typeof profiles)[number]): string[] =>
  checkIds(profile).filter((id) => id.startsWith('claim.'));

describe('the table of mutants', () => {
  it.each(profiles)('has one for every claim of %s', (profile) => {
    const covered = new Set(
      mutants.filter((mutant) => mutant.profiles.includes(profile)).map(({ claim }) => claim),
    );
    expect(claimsOf(profile).filter((claim) => !covered.has(claim))).toEqual([]);
  });
  it.each(mutants)(
    '$claim ($title) names claims that its profiles have',
    ({ claim, profiles, dependents = [] }) => {
      for (const profile of profiles) {
        expect(claimsOf(profile)).toContain(claim);
        for (const id of dependents) expect(claimsOf(profile)).toContain(id);
      }
    },
  );
});

describe.each(profiles)('%s', (profile) => {
  const lab = `mut-${profile}`;
  afterAll(() => labctl('down', '--name', lab));

  describe.each(mutants.filter((mutant) => mutant.profiles.includes(profile)))(
    '$title',
    ({ claim, dependents = [], make }) => {
      beforeAll(async () => {
        await labctl('down', '--name', lab);
      });
      it(`turns ${claim} red and no independent claim`, async () => {
        const live = await upLab(lab, profile);
        await make(live);
        const report = await verifyLab(lab, '--only', 'claim.*');
        const red = report.checks.filter(({ status }) => status !== 'passed').map(({ id }) => id);
        expect(red.sort(), redOf(report).join('\n')).toEqual([claim, ...dependents].sort());
        await downLab(lab);
      });
    },
  );
});
