import { expect } from 'vitest';
import { labctl, labctlWith, run } from '../support/cli.ts';
import { inContainer } from '../support/docker.ts';
import type { KindLab } from '../support/kind-lab.ts';
import { redOf } from '../support/lab.ts';
import { type ResidentVerify, residentVerify } from '../support/resident-verify.ts';
import { surviveWork } from '../survival/on-kind.ts';

const limitMs = 300_000;
const claim = 'claim.kube-proxy.absent';

/** From kube-proxy to kpr while the lab is up: what kube-proxy wrote goes with it, and no connection. */
export async function leaveKubeProxy(lab: KindLab): Promise<void> {
  const node = `${lab.name}-worker`;
  const written = await inContainer(node, 'iptables-nft-save');
  expect(written).toMatch(/^:KUBE-SVC-/m);
  await surviveWork(lab, 'kube-proxy', 'the end of kube-proxy', async () => {
    const words = ['up', '--runtime', 'kind', '--profile', 'kpr', '--name', lab.name, '--no-verify'];
    const { code, stderr } = await labctlWith({ limitMs }, ...words);
    expect(code, stderr).toBe(0);
  });
  expect(await lab.kubectl('get', 'daemonsets', '--namespace', 'kube-system', '--output', 'name')).toBe('');
  const verify = residentVerify(lab.name);
  const report = await verify(['claim.*']);
  expect(redOf(report)).toEqual([]);
  expect(report.checks.map(({ id }) => id)).toContain(claim);
  expect(report.active.mode).toBe('kpr');
  await namesWhatIsLeft(lab, node, written, verify);
}

/** Somebody's kube-proxy that wrote to a node again: its chains are named, and the command that removes them. */
async function namesWhatIsLeft(
  lab: KindLab,
  node: string,
  written: string,
  verify: ResidentVerify,
): Promise<void> {
  const lines = written.split('\n').filter((line) => /^\*|^COMMIT|KUBE-/.test(line));
  const input = `${lines.filter((line) => !kubelets.test(line)).join('\n')}\n`;
  const restored = await run('docker', ['exec', '-i', node, 'iptables-nft-restore', '--noflush'], { input });
  expect(restored.code, restored.stderr).toBe(0);
  const verifyAbsence = async () => (await verify([claim])).checks[0];
  const red = await verifyAbsence();
  expect(red).toMatchObject({ id: claim, status: 'failed' });
  expect(red?.reason).toContain(`chains and tables on ${node}`);
  expect(red?.reason).toContain('nft ip filter KUBE-EXTERNAL-SERVICES');
  expect(red?.reason).toContain("of the kubelet's own: KUBE-");
  const [, where = '', command = ''] =
    /remove them: labctl exec (\S+) -- sh -c "(.*)"$/.exec(red?.reason ?? '') ?? [];
  const removed = await labctl('exec', '--name', lab.name, where, '--', 'sh', '-c', command);
  expect(removed.code, removed.stderr).toBe(0);
  expect(await verifyAbsence()).toMatchObject({ id: claim, status: 'passed' });
  expect(await inContainer(node, 'iptables-nft-save')).toContain('KUBE-KUBELET-CANARY');
}

const kubelets = /KUBE-(KUBELET-CANARY|FIREWALL|IPTABLES-HINT)/;
