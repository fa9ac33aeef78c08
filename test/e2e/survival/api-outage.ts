import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { inContainer } from '../support/docker.ts';
import { agentPids, type KindLab, podsReady, until } from '../support/kind-lab.ts';
import { redOf, verifyLab } from '../support/lab.ts';
import { requestDemoSteadily } from '../support/steady-requests.ts';

const kubelet = '/etc/kubernetes';
const manifest = 'kube-apiserver.yaml';
const outageMs = 20_000;
const limitMs = 120_000;
/** Where nothing listens yet it says nothing. */
const healthz = 'curl -sf --unix-socket /run/labctl/agent.sock http://agent/healthz || true';

export interface OutageNodes {
  readonly control: string;
  /** Whose agent is killed meanwhile. */
  readonly worker: string;
  /** Where requests from outside come in. */
  readonly entry: string;
}

/** The API server goes away and an agent with it: what is pinned serves on, and what changes afterwards is programmed. */
export async function surviveApiOutage(
  lab: KindLab,
  { control, worker, entry }: OutageNodes,
  allReady: () => Promise<void>,
): Promise<void> {
  const answers = async (): Promise<boolean> => (await lab.tryKubectl('', 'get', 'nodes')).code === 0;
  const requests = await requestDemoSteadily(lab, worker, entry);
  await inContainer(control, 'mv', `${kubelet}/manifests/${manifest}`, `${kubelet}/${manifest}`);
  try {
    await until('the API server to be away', async () => !(await answers()));
    const stoppedAt = performance.now();
    await killAgent(worker);
    await sleep(Math.max(0, stoppedAt + outageMs - performance.now()));
  } finally {
    await inContainer(control, 'mv', `${kubelet}/${manifest}`, `${kubelet}/manifests/${manifest}`);
  }
  await until('the API server to be back', answers, limitMs);
  await allReady();
  for (const { stop } of requests) {
    const { count, failures } = await stop();
    expect(failures).toEqual([]);
    expect(count).toBeGreaterThan(15);
  }
  await lab.kubectl('scale', 'deployment/hello', '--replicas=3');
  await podsReady(lab, 'default', 'app=hello', 3, limitMs);
  expect(redOf(await verifyLab(lab.name, '--only', 'claim.services.in-maps'))).toEqual([]);
  await lab.kubectl('scale', 'deployment/hello', '--replicas=2');
}

/** Kills a node's agent, and waits until the next one serves from what is pinned. */
async function killAgent(node: string): Promise<void> {
  const [before = ''] = await agentPids(node);
  await inContainer(node, 'kill', '-9', before);
  await until('another agent', async () => (await agentPids(node)).some((pid) => pid !== before));
  await until('it to serve from what is pinned', async () => {
    // Those of pods that are gone are being removed.
    const logs = 'cat /var/log/pods/labctl-system_labctl-agent-*/agent/*.log || true';
    const log = await inContainer(node, 'sh', '-c', logs);
    return log.includes('the API does not answer: the node is taken as it was');
  });
  await until('its socket', async () => (await inContainer(node, 'sh', '-c', healthz)).trim() === 'ok');
}
