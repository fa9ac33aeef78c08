import { parseFlows } from '../../../src/agent/kube-proxy/stale-udp.ts';
import type { NetnsRuntime } from '../../../src/runtime/netns/index.ts';
import { namesOf, type ServiceModel } from './model.ts';
import type { Rows } from './tables.ts';

const ours = /--comment "?default\/(any-[^: "]+:p\d)/;

/** What kube-proxy's chains say of the model: where each Service port leads, its node port, and what is refused. */
export const modelChains = (services: readonly ServiceModel[]): Rows =>
  services.flatMap(({ name, ports }) =>
    ports.flatMap((port) => {
      const id = `${name}:${port.name}`;
      return port.backends.length === 0
        ? [`${id} refused at ${port.port}`, `${id} refused at ${port.nodePort}`]
        : [`${id} node port ${port.nodePort}`, ...namesOf(port).map((backend) => `${id} -> ${backend}`)];
    }),
  );

export async function chainRows(runtime: NetnsRuntime, node: string): Promise<Rows> {
  const { stdout } = await runtime.at({ node })('iptables-save', []);
  return [...new Set(stdout.split('\n').flatMap(rowOf))];
}

function rowOf(rule: string): string[] {
  const id = ours.exec(rule)?.[1];
  if (id === undefined) return [];
  const to = /--to-destination (\S+)/.exec(rule)?.[1];
  if (to !== undefined) return [`${id} -> ${to}`];
  const port = /--dport (\d+)/.exec(rule)?.[1];
  if (rule.startsWith('-A KUBE-NODEPORTS')) return [`${id} node port ${port}`];
  return rule.includes('-j REJECT') ? [`${id} refused at ${port}`] : [];
}

/** UDP flows of the node that still lead from a frontend of the model to what is no backend of it. */
export async function staleFlows(
  runtime: NetnsRuntime,
  node: string,
  services: readonly ServiceModel[],
): Promise<Rows> {
  const backends = new Map<string, readonly string[]>();
  for (const { clusterIP, ports } of services) {
    for (const port of ports.filter(({ protocol }) => protocol === 'UDP')) {
      backends.set(`${clusterIP}:${port.port}`, namesOf(port)).set(`${port.nodePort}`, namesOf(port));
    }
  }
  const { stdout } = await runtime.at({ node })('conntrack', ['-L', '-p', 'udp']);
  return parseFlows(stdout).flatMap(({ dst, dport, replySrc, replySport }) => {
    const names = backends.get(`${dst}:${dport}`) ?? backends.get(`${dport}`);
    const leadsTo = `${replySrc}:${replySport}`;
    return names === undefined || names.includes(leadsTo) ? [] : [`${dst}:${dport} leads to ${leadsTo}`];
  });
}
