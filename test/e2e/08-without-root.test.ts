import { chown, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CliResult } from './support/cli.ts';
import { labctlAs, nobody } from './support/without-root.ts';

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'labctl-nobody-'));
  await chown(home, nobody, nobody);
});
afterAll(() => rm(home, { recursive: true }));

const labctl = (...args: readonly string[]): Promise<CliResult> =>
  labctlAs({ home, path: process.env.PATH ?? '' }, ...args);

describe('a user other than root', () => {
  it('is told that namespaces need root, and nothing is made', async () => {
    const { code, stdout, stderr } = await labctl('up', '--runtime', 'netns', '--name', 't-nobody');
    expect(code, stderr).toBe(6);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/error E_PREFLIGHT: .*root, for network namespaces and BPF/);
    expect(stderr).toMatch(/fix: run it with sudo, or as root/);
    expect(await readdir(home)).toEqual([]);
  });

  it('gets everything that only describes a lab', async () => {
    const render = await labctl('render', '--runtime', 'kind', '--only', 'kind');
    expect(render).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('kind: Cluster') });
    expect(await readdir(home)).toEqual([]);
  });
});
