import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ExitCode } from '../../src/core/errors.ts';
import { labctl } from './support/cli.ts';
import { type ActionRun, runAction } from './support/composite-action.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const name = 't-action';
let place = '';

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'labctl-action-'));
});
afterEach(() => rm(place, { recursive: true }));

const codeOf = ({ steps }: ActionRun, step: string): number | 'skipped' => {
  const result = steps[step];
  return result === undefined || result === 'skipped' ? 'skipped' : result.code;
};
const isGone = async (): Promise<boolean> =>
  (await labctl('status', '--name', name)).code === ExitCode.notFound;

describe('action.yml', () => {
  it('brings a lab up, proves it, runs what it is given and takes the lab down', async () => {
    const evidence = join(place, 'evidence');
    const run =
      '"$LABCTL" get services --name "$LABCTL_LAB" > "$LABCTL_LAB.services"; mv "$LABCTL_LAB.services" ' +
      place;
    const done = await runAction(root, place, { name, profile: 'kpr', evidence, run });
    for (const step of ['Up', 'Verify', 'Run', 'Collect evidence', 'Down'])
      expect(codeOf(done, step), step).toBe(0);
    expect(done.outputs).toMatchObject({ passed: 'true', 'active-mode': 'kpr', red: '' });
    expect(done.summary).toContain('### labctl: kpr on netns proved');
    expect(await readFile(join(evidence, 'junit.xml'), 'utf8')).toContain('labctl verify t-action');
    expect(JSON.parse(await readFile(join(evidence, 'verify.json'), 'utf8'))).toMatchObject({
      profile: 'kpr',
    });
    expect(JSON.parse(await readFile(join(evidence, 'status.json'), 'utf8'))).toMatchObject({
      state: 'healthy',
    });
    expect(await readFile(join(place, `${name}.services`), 'utf8')).toContain('32000');
    expect(await isGone()).toBe(true);
  });

  it('tells of a lab that does not come up, runs nothing in it and leaves nothing', async () => {
    const evidence = join(place, 'evidence');
    const done = await runAction(root, place, { name, profile: 'no-such', evidence, run: 'false' });
    expect(codeOf(done, 'Up')).toBe(2);
    expect(codeOf(done, 'Run')).toBe('skipped');
    expect(codeOf(done, 'Down')).toBe(0);
    expect(done.outputs).toMatchObject({ passed: 'false', red: 'setup.up' });
    const verify = done.steps.Verify;
    expect(verify !== 'skipped' && verify?.stderr).toContain('::error title=labctl unknown%3A setup.up::');
    expect(await readFile(join(evidence, 'junit.xml'), 'utf8')).toContain('setup.up');
    expect(await isGone()).toBe(true);
  });
});
