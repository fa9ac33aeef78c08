import { nodePaths } from '../../core/paths.ts';
import type { Inspection } from '../../datapath/inspection.ts';
import type { Runtime } from '../../runtime/port.ts';
import { type Rulesets, readRulesets } from './rulesets.ts';

/** All that the kernel of one node tells about its datapath. No agent is asked. */
export interface NodeEvidence {
  readonly inspection: Inspection;
  readonly rulesets: Rulesets;
}

export interface KernelView {
  /** As it was at the start of the run: hooks, tables and rules do not change with traffic. */
  readonly node: (name: string) => Promise<NodeEvidence>;
  /** As it is now, for counters. */
  readonly counters: (name: string) => Promise<Inspection['counters']>;
  readonly rulesets: (name: string) => Promise<Rulesets>;
  readonly inspect: (name: string) => Promise<Inspection>;
  /** The command that prints an inspection of the node. */
  readonly inspectCommand: (name: string) => string;
  /** A view that has seen nothing yet. */
  readonly afresh: () => KernelView;
}

export function viewKernel(runtime: Runtime): KernelView {
  const known = new Map<string, Promise<NodeEvidence>>();
  const look = async (name: string): Promise<NodeEvidence> => {
    const [inspection, rulesets] = await Promise.all([
      runtime.inspect(name),
      readRulesets(runtime.at({ node: name })),
    ]);
    return { inspection, rulesets };
  };
  return {
    node: (name) => {
      const evidence = known.get(name) ?? look(name);
      known.set(name, evidence);
      return evidence;
    },
    counters: async (name) => (await runtime.inspect(name)).counters,
    rulesets: (name) => readRulesets(runtime.at({ node: name })),
    inspect: (name) => runtime.inspect(name),
    inspectCommand: (name) =>
      `labctl exec ${name} -- node dist/agent.js inspect --config ${nodePaths(runtime.lab, name).config}`,
    afresh: () => viewKernel(runtime),
  };
}
