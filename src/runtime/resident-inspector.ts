import { type Conversation, conversations } from '../core/conversations.ts';
import { failure, messageOf } from '../core/errors.ts';
import type { Inspection } from '../datapath/inspection.ts';
import type { Runtime } from './port.ts';

const limitMs = 30_000;

/** Reads nodes from their kernels by a process of their own, one for each: the running agent's word is not asked for. */
export function residentInspector(start: (node: string) => Promise<Conversation>): Runtime['inspect'] {
  const inspectors = conversations((node: string) => node, start);
  const ask = async (node: string): Promise<Inspection> =>
    parse(node, await (await inspectors.at(node)).ask('inspect', { timeoutMs: limitMs }));
  // Asked twice: the pod that it ran in may have been replaced.
  return (node) => ask(node).catch(() => ask(node));
}

function parse(node: string, line: string): Inspection {
  try {
    return JSON.parse(line) as Inspection;
  } catch (cause) {
    throw failure('E_INSPECT', `inspection of node ${node} is not JSON: ${messageOf(cause)}`, { cause });
  }
}
