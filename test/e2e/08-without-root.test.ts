import { chown, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliResult, run } from './support/cli.ts';

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
/** Of nobody. */
const user = 65_534;

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'labctl-nobody-'));
  await chown(home, user, user);
});
afterAll(() => rm(home, { recursive: true }));

/** A clone may lie where only root can read. */
const reading = ['inh-caps', 'ambient-caps', 'bounding-set'].map((set) => `--${set}=-all,+dac_read_search`);

/** As a user without root: an identity, no group, no capability but to read, a home of its own. */
function labctl(...args: readonly string[]): Promise<CliResult> {
  const identity = [`--reuid=${user}`, `--regid=${user}`, '--clear-groups', ...reading];
  const environment = ['env', '-i', `HOME=${home}`, `PATH=${process.env.PATH ?? ''}`];
  return run('setpriv', [...identity, ...environment, process.execPath, cli, ...args], {});
}

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
