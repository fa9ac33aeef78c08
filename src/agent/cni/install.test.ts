import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { execLean } from '../../platform/exec-lean.ts';
import { installCni } from './install.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'labctl-cni-'));
});
afterEach(() => rmSync(root, { recursive: true }));

it('places a plug-in that runs and a configuration that names it and the socket; again changes nothing', async () => {
  const places = { binaries: join(root, 'bin'), configurations: join(root, 'net.d') };
  const install = () =>
    installCni({ cache: join(root, 'cache'), socket: '/run/labctl/agent.sock' }, execLean, places);
  await install();
  const plugin = join(places.binaries, 'labctl-cni');
  const { stdout } = await execLean(plugin, [], { env: { CNI_COMMAND: 'VERSION' } });
  const conflist = JSON.parse(readFileSync(join(places.configurations, '05-labctl.conflist'), 'utf8'));
  expect(JSON.parse(stdout).supportedVersions).toContain(conflist.cniVersion);
  expect(conflist.plugins).toEqual([{ type: 'labctl-cni', agentSocket: '/run/labctl/agent.sock' }]);
  const { ino } = statSync(plugin);
  await install();
  expect(statSync(plugin).ino).toBe(ino);
}, 30_000);
