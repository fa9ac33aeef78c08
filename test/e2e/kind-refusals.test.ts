import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labPaths } from '../../src/core/paths.ts';
import { labctl, labctlWith, sh } from './support/cli.ts';
import { dockerInventory, removeContainer } from './support/docker.ts';

const lab = 't-kind-foreign';
const foreign = `${lab}-control-plane`;
const up = (env: Readonly<Record<string, string>> = {}) =>
  labctlWith({ env }, 'up', '--runtime', 'kind', '--name', lab, '--no-verify');

describe("a cluster of somebody else's by the lab's name", () => {
  beforeAll(async () => {
    const labels = ['--label', `io.x-k8s.kind.cluster=${lab}`, '--label', 'io.x-k8s.kind.role=control-plane'];
    await sh('docker', 'run', '--detach', '--name', foreign, ...labels, 'debian:trixie-slim', 'sleep', '600');
  });
  afterAll(() => removeContainer(foreign));

  it.each([
    ['up', () => up()],
    ['down', () => labctl('down', '--name', lab)],
  ])('%s does not touch it', async (verb, run) => {
    const before = await dockerInventory();
    const { code, stderr } = await run();
    if (verb === 'up') {
      expect(code).toBe(7);
      expect(stderr).toContain('E_FOREIGN_CLUSTER');
    } else expect(code).toBe(0);
    expect(await dockerInventory()).toEqual(before);
    expect(existsSync(labPaths(lab).state)).toBe(false);
  });
});

describe('a machine that cannot', () => {
  it('says that no engine answers, with exit 6, and makes nothing', async () => {
    const { code, stderr } = await up({ DOCKER_HOST: 'unix:///nonexistent.sock' });
    expect(code).toBe(6);
    expect(stderr).toContain('E_DOCKER');
    expect(stderr).toContain('fix:');
    expect(existsSync(labPaths(lab).state)).toBe(false);
  });

  it('names the programs that are missing', async () => {
    const { code, stderr } = await up({ PATH: '/usr/bin:/bin' });
    expect(code).toBe(6);
    expect(stderr).toMatch(/runtime kind needs .*kind/);
    expect(existsSync(labPaths(lab).state)).toBe(false);
  });
});
