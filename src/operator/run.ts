import { hostname } from 'node:os';
import { failure } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { metricsContentType, metricsText } from '../core/metrics-text.ts';
import type { OperatorConfig } from '../core/operator-config.ts';
import { openClusterKube } from '../platform/cluster-kube.ts';
import { type Routes, serveLoopback, text } from '../platform/http-server.ts';
import { openKubeApi } from '../platform/kube-api.ts';
import { createAllocator } from './allocator.ts';
import { createAssigner } from './assigner.ts';
import { type Election, runForLeader } from './leader.ts';
import { leaseStore } from './lease.ts';
import { type OperatorState, operatorMetrics } from './metrics.ts';
import { recordPodCIDR, warnAtNode } from './node-api.ts';

/** Less than the renewal's limit, so that one lost answer does not end a term. */
const answerLimitMs = 4000;
/** Networks of gone nodes come free with time, and failed writes are tried again. */
const everyMs = 5000;

/** Runs the operator until the signal. Rejects when another one took over: a new process begins anew. */
export async function runOperator(config: OperatorConfig, log: Log, signal: AbortSignal): Promise<void> {
  const { server, lease, ipam } = config;
  const identity = process.env.POD_NAME ?? hostname();
  const api = openKubeApi({ server, limitMs: answerLimitMs });
  const election = runForLeader({ identity, store: leaseStore(api, lease), log });
  const allocator = createAllocator(ipam);
  const assigner = createAssigner({
    allocator,
    isLeader: election.isLeader,
    record: (node, cidr) => recordPodCIDR(api, node, cidr),
    pods: () => source.list('Pod'),
    tell: (node, trouble, message) => warnAtNode(api, log, { node, trouble, message, instance: identity }),
    log,
    releaseAfterMs: config.releaseAfterSeconds * 1000,
  });
  const source = openClusterKube({ server, log });
  let isSynced = false;
  const run = (): void => {
    if (isSynced) void assigner.run();
  };
  const state = (): OperatorState => ({
    ...assigner.state(),
    isLeader: election.isLeader(),
    pool: allocator.size(),
  });
  const http = await serveLoopback(
    config.port,
    routesOf(state, () => isSynced),
    log,
  );
  const timer = setInterval(run, everyMs);
  const watching = source.watch(
    'Node',
    (event) => {
      if (event.type === 'set') assigner.setNode(event.object);
      else if (event.type === 'deleted') assigner.deleteNode(event.object);
      else isSynced = true;
      run();
    },
    signal,
  );
  void election.won.then(run);
  try {
    await Promise.race([watching, dethroned(election)]);
    await election.resign();
  } finally {
    clearInterval(timer);
    http.close();
    http.closeAllConnections();
  }
}

async function dethroned({ lost }: Election): Promise<never> {
  throw failure('E_LEADER_LOST', `this operator leads no more: ${await lost}`, {
    fix: 'nothing: it starts again and waits for its turn',
  });
}

/** Ready means: it would serve, as soon as it leads. */
const routesOf = (state: () => OperatorState, isSynced: () => boolean): Routes => ({
  'GET /healthz': () => text('ok'),
  'GET /readyz': () => (isSynced() ? text('ok') : text('the nodes are not known yet', 503)),
  'GET /metrics': () => ({ type: metricsContentType, body: metricsText(operatorMetrics(state())) }),
});
