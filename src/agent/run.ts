import type { AgentConfig } from '../core/agent-config.ts';
import { messageOf } from '../core/errors.ts';
import type { Exec } from '../core/exec.ts';
import type { Log } from '../core/log.ts';
import { makeDirectory } from '../core/make-directory.ts';
import { serveHttp } from '../platform/http-server.ts';
import { openHooks } from './attach/index.ts';
import { attachNode } from './attach-node.ts';
import { openClusterSource } from './cluster-source.ts';
import type { CniContext } from './cni/commands.ts';
import { installCni } from './cni/install.ts';
import { compileDatapath } from './compile.ts';
import { openDatapathTables } from './datapath.ts';
import { endpointKernel, hasIp6 } from './endpoints/kernel.ts';
import { openEndpoints } from './endpoints/open.ts';
import type { FlowEvent } from './events/flow-event.ts';
import { createRecent } from './events/recent.ts';
import { watchEvents } from './events/watch.ts';
import { createKeyedQueue } from './keyed-queue.ts';
import { loadDatapath, nodeFacts } from './load.ts';
import { gatewayOf, setUpNode } from './node/set-up.ts';
import { ownNode } from './own-node.ts';
import { createDesired } from './reconcile/desired.ts';
import { startReconciler } from './reconcile/reconciler.ts';
import { createServiceWriter } from './reconcile/service-writer.ts';
import { createServices } from './reconcile/services.ts';
import { agentRoutes } from './routes.ts';
import { sourcesOf } from './sources.ts';
import type { AgentState } from './status.ts';
import { openCollector } from './tables/index.ts';
import { targetsOf } from './targets.ts';
import { createTimings } from './timings.ts';
import { addTraces, isSwitched, isWhole, keepOwnTraces, readTraces } from './traces.ts';

export interface AgentPorts {
  readonly exec: Exec;
  readonly log: Log;
  /** Ends the agent. The datapath stays as it is. */
  readonly signal: AbortSignal;
}

/** Flow events that /flows can show. */
const recentEvents = 2000;
const collectEveryMs = 10_000;
/** A pod that comes before the first sync waits here: a container runtime that was refused pauses for longer. */
const cniPatienceMs = 30_000;

/**
 * Runs the agent of the node whose network namespace this process is in, until the signal. Everything
 * that it makes is pinned or a file, so a second run takes over where the first one ended.
 */
export async function runAgent(config: AgentConfig, { exec, log, signal }: AgentPorts): Promise<void> {
  const timings = createTimings();
  const { paths, datapath, network } = config;
  makeDirectory(paths.run, 0o700);

  timings.step('compile');
  const source = await openClusterSource(config.cluster, log);
  const [built, { node, isRemembered }, traces] = await Promise.all([
    sourcesOf(paths).then((sources) => compileDatapath({ sources, cache: paths.cache, exec })),
    ownNode(config, { source, log, signal }),
    readTraces(config),
  ]);

  timings.step('load');
  await Promise.all([
    setUpNode(config, node, exec),
    // Keeps this thread busy while the process of the set-up runs beside it.
    Promise.resolve().then(() =>
      loadDatapath(
        config,
        { ...nodeFacts(network.device, node.address), isSwitched: isSwitched(config, traces) },
        built,
      ),
    ),
  ]);

  timings.step('open');
  const hooks = openHooks({ pins: paths.pins, attach: datapath.attach });
  const tables = openDatapathTables(paths.pins);
  const place = { exec, nodeAddress: node.address, gateway: gatewayOf(node), hasIp6: hasIp6() };
  const kernel = endpointKernel(place, tables.endpoints, hooks);
  const [endpoints] = await Promise.all([
    openEndpoints(config, node, kernel, log),
    addTraces(config, traces),
  ]);

  timings.step('sync');
  const writer = datapath.serviceLB === 'bpf' ? createServiceWriter(tables) : undefined;
  const services = createServices(config.node, writer, log);
  const desired = createDesired(services, log);
  const attach = (): Promise<void> => attachNode(config, hooks, endpoints);
  const targets = targetsOf({ config, node, desired, tables, traces, attach, exec, log });
  const reconciler = startReconciler({ source, desired, targets, log, signal });

  const recent = createRecent<FlowEvent>(recentEvents);
  const events = watchEvents(paths.pins, recent, log);
  const collected = startCollecting(paths.pins, log);
  const state: AgentState = {
    ...{ config, hooks, endpoints, services, reconciler, timings },
    events: events.count,
    collected: collected.total,
  };
  const cni: CniContext = {
    endpoints,
    gateway: place.gateway,
    queue: createKeyedQueue(),
    unready: () => (isRemembered && isWhole(config, traces) ? undefined : reconciler.unready()),
    patienceMs: cniPatienceMs,
  };
  const server = await serveHttp(paths.socket, agentRoutes(state, cni, recent, log), log);

  await Promise.race([reconciler.ready, reconciler.finished]);
  timings.step('ready');
  // Ended before: what the last agent left may still be there, and the next one must know of it.
  if (reconciler.unready() === undefined) {
    await keepOwnTraces(config, traces);
    if (config.cluster.source === 'kubernetes' && !signal.aborted) await installCni(paths, exec);
    log.info('ready', {
      node: config.node,
      profile: config.profile,
      attach: hooks.mode,
      startMs: timings.all(),
    });
  }

  await reconciler.finished;
  collected.stop();
  events.close();
  server.close();
  server.closeAllConnections();
  log.info('stopped; the datapath stays');
}

function startCollecting(
  pins: string,
  log: Log,
): { readonly total: () => { conntrack: number; nat: number }; readonly stop: () => void } {
  const collector = openCollector(pins);
  const total = { conntrack: 0, nat: 0 };
  const timer = setInterval(() => {
    try {
      const { conntrack, nat } = collector.collect();
      total.conntrack += conntrack;
      total.nat += nat;
    } catch (error) {
      log.error('flows could not be collected', { error: messageOf(error) });
    }
  }, collectEveryMs);
  return {
    total: () => ({ ...total }),
    stop: () => {
      clearInterval(timer);
      collector.close();
    },
  };
}
