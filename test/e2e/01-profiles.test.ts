import { afterAll, describe, expect, it } from 'vitest';
import { checkIds } from '../../src/checks/verify.ts';
import { labctl } from './support/cli.ts';
import { differences, takeInventory } from './support/inventory.ts';
import { downLab, profiles, redOf, upLab, verifyLab } from './support/lab.ts';

const lab = 'e2e-profiles';
afterAll(() => labctl('down', '--name', lab));

describe.each(profiles)('profile %s', (profile) => {
  it('comes up, proves itself with exactly the committed checks, and leaves nothing', async () => {
    const before = await takeInventory(lab);
    await upLab(lab, profile);
    const report = await verifyLab(lab);
    expect(redOf(report)).toEqual([]);
    expect(report.checks.map(({ id }) => id)).toEqual(checkIds(profile));
    expect(report.active).toEqual(report.requested);
    expect(report.requested.mode).toBe(profile);
    await downLab(lab);
    await expect
      .poll(async () => differences(before, await takeInventory(lab)), { timeout: 10_000 })
      .toEqual([]);
  });
});

describe('verify', () => {
  it('of no lab says so with exit 4 and still writes JUnit', async () => {
    const file = `/tmp/${lab}-${process.pid}.xml`;
    const result = await labctl('verify', '--name', lab, '--junit', file);
    expect(result.code).toBe(4);
    const { readFile, rm } = await import('node:fs/promises');
    expect(await readFile(file, 'utf8')).toContain('<testcase name="setup.up"');
    await rm(file);
  });
});
