import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkIds } from '../../src/checks/verify.ts';
import { type CliResult, labctlJson, labctlWith, sh } from './support/cli.ts';
import { type DockerInventory, dockerInventory, inContainer, withoutLabImages } from './support/docker.ts';
import { kindLab } from './support/kind-lab.ts';
import { profiles, redOf, verifyLab } from './support/lab.ts';

/**
 * Cilium itself, where its chart and images are at hand: LABCTL_CILIUM_CHART is a directory or archive, and the engine
 * has the images that it names (`labctl images load`, or scripts/cilium-images.ts). LABCTL_CILIUM_LAB is a lab file with
 * values that the machine needs; none by default. LABCTL_CILIUM_NEXT_CHART is another version to go to.
 */
const chart = process.env.LABCTL_CILIUM_CHART ?? '';
const nextChart = process.env.LABCTL_CILIUM_NEXT_CHART ?? '';
const file = process.env.LABCTL_CILIUM_LAB;
const limitMs = 900_000;
const withFile = file === undefined ? [] : ['--config', file];
const up = (name: string, profile: string, ...more: readonly string[]): Promise<CliResult> =>
  labctlWith(
    { limitMs },
    ...['up', ...withFile, '--cni', 'cilium', '--chart', chart, '--runtime', 'kind', '--name', name],
    ...['--profile', profile, '--no-verify', ...more],
  );
const down = (name: string): Promise<CliResult> => labctlWith({ limitMs }, 'down', '--name', name);

describe.skipIf(chart === '')('Cilium', { timeout: limitMs }, () => {
  describe.each(profiles)('with profile %s', (profile) => {
    const lab = `t-cil-${profile}`;
    let before: DockerInventory;
    beforeAll(async () => {
      before = await dockerInventory();
      const { code, stderr } = await up(lab, profile);
      expect(code, stderr).toBe(0);
    }, limitMs);
    afterAll(() => down(lab), limitMs);

    it('proves itself with exactly the committed checks', async () => {
      const report = await verifyLab(lab);
      expect(redOf(report)).toEqual([]);
      expect(report.checks.map(({ id }) => id)).toEqual(checkIds(profile, 'kind', 'cilium'));
      expect(report.active.mode).toBe(profile);
    });

    it('shows both programs called cilium', async () => {
      const status = await labctlJson<{ programs: { name: string }[] }>('status', '--name', lab);
      const programs = status.programs.map(({ name }) => name);
      expect(programs).toEqual([
        expect.stringMatching(/^cilium(-dbg)? \(in each/),
        expect.stringMatching(/^cilium \(cilium-cli/),
      ]);
    });

    it('leaves nothing behind', async () => {
      const { code, stderr } = await down(lab);
      expect(code, stderr).toBe(0);
      expect(withoutLabImages(await dockerInventory())).toEqual(withoutLabImages(before));
    });
  });

  describe('that was changed', () => {
    const lab = 't-cil-changed';
    const { kubeconfig, kubectl } = kindLab(lab);
    const helm = (...args: readonly string[]): Promise<string> =>
      sh('helm', '--kubeconfig', kubeconfig, '--namespace', 'kube-system', ...args);
    const restart = async (): Promise<void> => {
      await kubectl('--namespace', 'kube-system', 'rollout', 'restart', 'daemonset/cilium');
      await kubectl('--namespace', 'kube-system', 'rollout', 'status', 'daemonset/cilium', '--timeout=5m');
    };
    const redClaims = async (): Promise<string[]> => redOf(await verifyLab(lab, '--only', 'claim.*'));
    /** By key, what `up` would change; it must not go on by itself. */
    const refused = async (...more: readonly string[]): Promise<string> => {
      const { code, stdout, stderr } = await up(lab, 'ebpf', ...more);
      expect(code, stderr).toBe(7);
      return `${stdout}${stderr}`;
    };
    /** While requests run from a pod and from outside. */
    const agreed = async (...more: readonly string[]): Promise<void> => {
      const { code, stdout, stderr } = await up(lab, 'ebpf', '--yes', ...more);
      expect(code, stderr).toBe(0);
      for (const way of ['pod to ClusterIP', 'outside to NodePort']) {
        expect(`${stdout}${stderr}`).toMatch(new RegExp(`${way}: [1-9]\\d* answered, \\d+ failed`));
      }
      expect(await redClaims()).toEqual([]);
    };

    beforeAll(async () => {
      const { code, stderr } = await up(lab, 'ebpf');
      expect(code, stderr).toBe(0);
    }, limitMs);
    afterAll(() => down(lab), limitMs);

    it('by hand into another mode is seen, shown by key, and comes back with consent', async () => {
      const legacy = ['--set', 'bpf.hostLegacyRouting=true', '--set', 'bpf.masquerade=false'];
      await helm('upgrade', 'cilium', chart, '--reuse-values', ...legacy);
      await restart();
      expect(await redClaims()).toEqual(
        expect.arrayContaining(
          ['masquerade', 'host-routing', 'nat'].map((claim) =>
            expect.stringContaining(`claim.cilium.${claim}`),
          ),
        ),
      );
      const told = await refused();
      expect(told).toMatch(/cilium-config\.enable-host-legacy-routing: "true" -> /);
      expect(told).toMatch(/cilium-config\.enable-bpf-masquerade: "false" -> "true"/);
      await agreed();
    });

    it('into a tunnel, and to native routing again by --reuse-values', async () => {
      const tunnel = ['routingMode=tunnel', 'tunnelProtocol=vxlan', 'autoDirectNodeRoutes=false'];
      await helm(
        'upgrade',
        'cilium',
        chart,
        '--reuse-values',
        ...tunnel.flatMap((value) => ['--set', value]),
      );
      await restart();
      expect(await redClaims()).toContainEqual(expect.stringContaining('claim.cilium.routing'));
      expect(await refused('--reuse-values')).toMatch(/cilium-config\.routing-mode: "tunnel" -> "native"/);
      await agreed('--reuse-values');
    });

    it.each(nextChart === '' ? [] : [nextChart])('into the version of %s', async (next) => {
      expect(await refused('--chart', next)).toMatch(/cilium\.version: "[\d.]+" -> "[\d.]+"/);
      await agreed('--chart', next);
      const report = await verifyLab(lab);
      expect(redOf(report)).toEqual([]);
    });

    it('by taking a program from the device of a pod is seen', async () => {
      const [node = ''] = (await sh('kind', 'get', 'nodes', '--name', lab)).trim().split('\n');
      const shown = JSON.parse(await inContainer(node, 'bpftool', '--json', 'net', 'show')) as [
        { tc: { devname: string; kind: string; link_id?: number }[] },
      ];
      const program = shown[0].tc.find(({ devname }) => /^lxc(?!_health)/.test(devname));
      await inContainer(node, 'bpftool', 'link', 'detach', 'id', String(program?.link_id));
      expect(await redClaims()).toContainEqual(expect.stringContaining('claim.cilium.programs'));
    });
  });
});
