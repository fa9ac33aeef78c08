import { expect } from 'vitest';
import { sh } from '../support/cli.ts';
import { kindAddress, removeContainer } from '../support/docker.ts';
import { type KindLab, podsStartedAgain, until } from '../support/kind-lab.ts';

const limitMs = 240_000;
const stranger = 't-kind-stranger';

/** While a node is stopped, a container of somebody else takes its address. Nobody helps the node. */
export async function comeBackElsewhere(lab: KindLab, node: string): Promise<void> {
  const [demo] = await lab.pods('default', 'app=demo');
  const image = demo?.spec.containers[0]?.image ?? '';
  const before = await kindAddress(node);
  const startedAgain = await podsStartedAgain(lab, node);
  await sh('docker', 'stop', node);
  try {
    const at = ['--network', 'kind', '--ip', before, '--name', stranger];
    await sh('docker', 'run', '--detach', ...at, '--entrypoint', 'sleep', image, '3600');
    await sh('docker', 'start', node);
    const after = await kindAddress(node);
    expect(after).not.toBe(before);
    await startedAgain(limitMs);
    await until(
      `${node} to be known by ${after}`,
      async () => (await addressOf(lab, node)) === after,
      limitMs,
    );
  } finally {
    await removeContainer(stranger);
  }
}

async function addressOf(lab: KindLab, node: string): Promise<string | undefined> {
  const found = (await lab.nodes()).find(({ metadata }) => metadata.name === node);
  return found?.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address;
}
