import type { CheckContext, Evidence } from '../check.ts';
import type { NodeEvidence } from '../kernel/view.ts';

/** Rows of every node, in the order of nodes. */
export async function onEveryNode(
  { runtime, kernel }: CheckContext,
  rows: (node: string, evidence: NodeEvidence) => readonly Evidence[],
): Promise<Evidence[]> {
  const found = await Promise.all(runtime.nodes.map(async ({ name }) => rows(name, await kernel.node(name))));
  return found.flat();
}
