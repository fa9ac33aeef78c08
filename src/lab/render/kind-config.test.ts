import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { profiles } from '../../../profiles/index.ts';
import { exec } from '../../platform/exec.ts';
import { renderKind } from '../../profile/render-kind.ts';
import { resolveLab } from '../../profile/resolve.ts';

const kind = (process.env.PATH ?? '')
  .split(delimiter)
  .map((at) => join(at, 'kind'))
  .find(existsSync);

/** What kind says to a configuration where there is no container engine: it decodes first, and then gives up. */
async function answer(config: unknown): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'labctl-kind-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  await writeFile(join(directory, 'kind.yaml'), stringify(config));
  const env = { PATH: directory, HOME: directory };
  const args = ['create', 'cluster', '--config', join(directory, 'kind.yaml')];
  return (await exec(kind ?? 'kind', args, { env, allowFailure: true })).stderr;
}

describe.skipIf(kind === undefined)('kind configuration', { timeout: 60_000 }, () => {
  it('is decoded by kind for every profile, with mirrors and another NodePort range', async () => {
    const flags = { registryMirror: ['docker.io=http://mirror:5000'], nodePortRange: '31000-32767' };
    for (const { name } of profiles) {
      expect(await answer(renderKind(resolveLab({ flags: { ...flags, profile: name } }).lab))).toMatch(
        /docker info/,
      );
    }
    expect(await answer({ ...Object(renderKind(resolveLab({}).lab)), nodez: [] })).toMatch(
      /unable to decode/,
    );
  });
});
