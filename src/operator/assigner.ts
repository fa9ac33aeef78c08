import { messageOf } from '../core/errors.ts';
import { type Cidr4, isCidr4, parseIp4 } from '../core/ip.ts';
import { type Node, type Pod, podCIDRAnnotation } from '../core/k8s.ts';
import type { Log } from '../core/log.ts';
import type { Allocator } from './allocator.ts';

/** What goes wrong with a node, in the words of its Event. */
export type Trouble = 'PodCIDRPoolExhausted' | 'PodCIDRConflict';

export interface AssignerPorts {
  readonly allocator: Allocator;
  /** Nothing is given out otherwise. */
  readonly isLeader: () => boolean;
  /** Writes the annotation, if the node is still as it was shown; answers the node as it is then. */
  readonly record: (node: Node, cidr: Cidr4) => Promise<Node>;
  readonly pods: () => Promise<readonly Pod[]>;
  /** Tells whoever looks at the node. */
  readonly tell: (node: Node, trouble: Trouble, message: string) => Promise<void>;
  readonly log: Log;
  readonly releaseAfterMs: number;
}

/** Gives every node a network of its own and takes it back when the node has gone for good. */
export interface Assigner {
  readonly setNode: (node: Node) => void;
  readonly deleteNode: (node: Node) => void;
  /** Brings all nodes to what they should have; call it once all nodes are known, and when something changed. */
  readonly run: () => Promise<void>;
  readonly state: () => AssignerState;
}

export interface AssignerState {
  readonly assigned: number;
  /** Networks of nodes that have gone, not free yet. */
  readonly leaving: number;
  readonly troubles: Readonly<Record<Trouble, number>>;
  readonly assignments: number;
  readonly releases: number;
  readonly errors: number;
}

export function createAssigner(ports: AssignerPorts): Assigner {
  const { allocator, isLeader, record, pods, tell, log, releaseAfterMs } = ports;
  const nodes = new Map<string, Node>();
  /** When a node went. */
  const leaving = new Map<string, number>();
  const troubled = new Map<string, Trouble>();
  const counts = { assignments: 0, releases: 0, errors: 0 };

  const trouble = async (node: Node, kind: Trouble, message: string): Promise<void> => {
    const { name } = node.metadata;
    if (troubled.get(name) === kind) return;
    troubled.set(name, kind);
    log.error(message, { node: name, trouble: kind });
    await tell(node, kind, message);
  };

  const releaseOld = (): void => {
    for (const [name, since] of leaving) {
      if (Date.now() < since + releaseAfterMs) continue;
      log.info('released', { node: name, podCIDR: allocator.of(name) });
      allocator.release(name);
      leaving.delete(name);
      counts.releases += 1;
    }
  };

  /** What is recorded counts, whoever wrote it: its pods use those addresses already. */
  const claimRecorded = async (node: Node): Promise<void> => {
    const { name } = node.metadata;
    const recorded = recordedOf(node);
    if (recorded === undefined || allocator.of(name) === recorded) return;
    const holder = allocator.claim(name, recorded);
    if (holder === undefined) {
      if (troubled.get(name) === 'PodCIDRConflict') troubled.delete(name);
      return;
    }
    await trouble(
      node,
      'PodCIDRConflict',
      `${recorded} shares addresses with ${allocator.of(holder)} of node ${holder}: ` +
        `drain ${name}, remove its annotation ${podCIDRAnnotation}, and restart its agent`,
    );
  };

  const assign = async (node: Node, all: readonly Pod[]): Promise<void> => {
    const { name } = node.metadata;
    const cidr =
      allocator.of(name) ?? formerOf(allocator, name, all) ?? allocator.allocate(name, addressesOf(all));
    if (cidr === undefined) {
      const { total } = allocator.size();
      const message = `none of the ${total} networks of the pools is free for node ${name}: its pods get no network`;
      return await trouble(node, 'PodCIDRPoolExhausted', message);
    }
    // A leader that was paused must not write what another one gave away meanwhile.
    if (!isLeader()) return;
    nodes.set(name, await record(node, cidr));
    troubled.delete(name);
    counts.assignments += 1;
    log.info('assigned', { node: name, podCIDR: cidr });
  };

  const runOnce = async (): Promise<void> => {
    if (!isLeader()) return;
    releaseOld();
    const known = [...nodes.values()].sort(byAge);
    for (const node of known) await claimRecorded(node);
    const lacking = known.filter((node) => recordedOf(node) === undefined);
    if (lacking.length === 0) return;
    const all = await pods();
    let failed: unknown;
    for (const node of lacking) {
      await assign(node, all).catch((error: unknown) => {
        failed = error;
      });
    }
    if (failed !== undefined) throw failed;
  };

  let running: Promise<void> = Promise.resolve();
  return {
    setNode: (node) => {
      nodes.set(node.metadata.name, node);
      leaving.delete(node.metadata.name);
    },
    deleteNode: ({ metadata: { name } }) => {
      nodes.delete(name);
      troubled.delete(name);
      if (allocator.of(name) !== undefined) leaving.set(name, Date.now());
    },
    run: () => {
      running = running.then(runOnce).catch((error: unknown) => {
        counts.errors += 1;
        log.error('nodes could not be served; tried again', { error: messageOf(error) });
      });
      return running;
    },
    state: () => ({
      ...counts,
      assigned: allocator.owners().length - leaving.size,
      leaving: leaving.size,
      troubles: {
        PodCIDRPoolExhausted: countOf(troubled, 'PodCIDRPoolExhausted'),
        PodCIDRConflict: countOf(troubled, 'PodCIDRConflict'),
      },
    }),
  };
}

function recordedOf({ metadata }: Node): Cidr4 | undefined {
  const text = metadata.annotations?.[podCIDRAnnotation] ?? '';
  return isCidr4(text) ? text : undefined;
}

/** A node that lost its record (deleted and registered anew) gets the network that its pods still use. */
function formerOf(allocator: Allocator, name: string, pods: readonly Pod[]): Cidr4 | undefined {
  for (const address of addressesOf(pods.filter(({ spec }) => spec.nodeName === name))) {
    const former = allocator.networkOf(address);
    if (former !== undefined && allocator.claim(name, former) === undefined) return former;
  }
  return undefined;
}

/** Addresses that pods of the cluster have, those that ended left out. */
const addressesOf = (pods: readonly Pod[]): number[] =>
  pods
    .filter(({ spec, status }) => spec.hostNetwork !== true && !isOver(status?.phase))
    .flatMap(({ status }) => parseIp4(status?.podIP ?? '') ?? []);

const isOver = (phase: string | undefined): boolean => phase === 'Succeeded' || phase === 'Failed';

/** Where two nodes have the same network recorded, the older one keeps it. */
const byAge = (a: Node, b: Node): number =>
  (a.metadata.creationTimestamp ?? '').localeCompare(b.metadata.creationTimestamp ?? '') ||
  a.metadata.name.localeCompare(b.metadata.name);

const countOf = (troubled: ReadonlyMap<string, Trouble>, kind: Trouble): number =>
  [...troubled.values()].filter((each) => each === kind).length;
