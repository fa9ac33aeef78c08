import { agentCli } from '../../cilium/index.ts';
import { failure, messageOf } from '../../core/errors.ts';
import { once } from '../../core/once.ts';
import type { Runtime } from '../../runtime/port.ts';

/** What the agents of Cilium tell of their nodes, each answer asked for once. */
export interface CiliumView {
  readonly version: string;
  /** The JSON that the agent's own command line prints on a node. */
  readonly ask: (node: string, ...words: readonly string[]) => Promise<unknown>;
  /** The command that asks it again. */
  readonly command: (node: string, ...words: readonly string[]) => Promise<string>;
  /** What it prints for people, asked for at each call: of tables that change while they are looked at. */
  readonly print: (node: string, ...words: readonly string[]) => Promise<string>;
  readonly printCommand: (node: string, ...words: readonly string[]) => Promise<string>;
  /** A view that has asked nothing yet. */
  readonly afresh: () => CiliumView;
}

const namespace = 'kube-system';

export function viewCilium(runtime: Runtime, version: string): CiliumView {
  const cli = agentCli(version);
  const agents = once(async () => agentsByNode(runtime));
  const agentOf = async (node: string): Promise<string> => {
    const pod = (await agents()).get(node);
    if (pod === undefined) throw failure('E_NO_AGENT', `no agent of Cilium runs on node ${node}`);
    return pod;
  };
  const commandFor = async (node: string, words: readonly string[]): Promise<string> =>
    ['kubectl', '-n', namespace, 'exec', await agentOf(node), '--', cli, ...words].join(' ');
  const known = new Map<string, Promise<unknown>>();
  const argv = (words: readonly string[]): string[] => [...words, '-o', 'json'];
  return {
    version,
    ask: (node, ...words) => {
      const key = [node, ...words].join(' ');
      const answer = known.get(key) ?? agentOf(node).then((pod) => ask(runtime, pod, cli, argv(words)));
      known.set(key, answer);
      return answer;
    },
    command: (node, ...words) => commandFor(node, argv(words)),
    print: async (node, ...words) => {
      const at = { pod: `${namespace}/${await agentOf(node)}` };
      return (await runtime.at(at)(cli, words)).stdout;
    },
    printCommand: (node, ...words) => commandFor(node, words),
    afresh: () => viewCilium(runtime, version),
  };
}

async function ask(runtime: Runtime, pod: string, cli: string, args: readonly string[]): Promise<unknown> {
  const { stdout } = await runtime.at({ pod: `${namespace}/${pod}` })(cli, args);
  try {
    return JSON.parse(stdout);
  } catch (cause) {
    throw failure('E_CILIUM_AGENT', `${cli} ${args.join(' ')} in ${pod}: no JSON: ${messageOf(cause)}`, {
      cause,
    });
  }
}

async function agentsByNode({ cluster }: Runtime): Promise<ReadonlyMap<string, string>> {
  const pods = await cluster.list('Pod');
  return new Map(
    pods
      .filter(
        ({ metadata }) =>
          metadata.namespace === namespace &&
          metadata.labels?.['k8s-app'] === 'cilium' &&
          metadata.deletionTimestamp === undefined,
      )
      .map(({ metadata, spec }) => [spec.nodeName ?? '', metadata.name]),
  );
}
