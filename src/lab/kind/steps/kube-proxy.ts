import { readFile } from 'node:fs/promises';
import { proxyChainsRemoval } from '../../../core/proxy-chains.ts';
import { execIn } from '../../../platform/docker.ts';
import type { KindStep } from '../context.ts';
import { configOf } from './cluster.ts';

const tools = ['iptables-nft', 'ip6tables-nft', 'iptables-legacy', 'ip6tables-legacy'];
const leaveLimit = '60s';

/**
 * A lab that was made with kube-proxy and does without from now on: when agents serve in its place, it goes with
 * all that it wrote. Removed before them, Services would lead nowhere meanwhile.
 */
export const kubeProxyAway: KindStep = {
  title: 'Remove kube-proxy',
  skip: ({ lab }) => (lab.kubeProxyMode === 'none' ? false : 'the profile has it'),
  run: async ({ lab, exec, kubectl, nodeContainers }, report) => {
    if (await isMadeWithout(lab.name)) {
      report('the cluster was made without');
      return;
    }
    await kubectl.run([
      ...['delete', 'daemonset/kube-proxy', 'configmap/kube-proxy', '--namespace', 'kube-system'],
      ...['--ignore-not-found', '--cascade=foreground', `--timeout=${leaveLimit}`],
    ]);
    const nodes = await nodeContainers();
    await Promise.all(nodes.map(({ name }) => execIn(exec, name)('/bin/sh', ['-euc', removal])));
    report(`its chains are gone from ${nodes.length} nodes`);
  },
};

/** Of those tools that a node has. */
const removal = tools
  .map((tool) => `if command -v ${tool}-save >/dev/null; then ${proxyChainsRemoval(tool)}; fi`)
  .join('\n');

/** What kind was told: no question to a cluster that never had it. */
const isMadeWithout = async (lab: string): Promise<boolean> =>
  /^ *kubeProxyMode: none$/m.test(await readFile(configOf(lab), 'utf8'));
