import { conversations } from '../../core/conversations.ts';
import { failure } from '../../core/errors.ts';
import type { Runtime, Target } from '../../runtime/port.ts';
import type { Held, Probe, ProbeResult, SocketProbe } from '../client/protocol.ts';
import { type EchoPorts, type EchoServer, hold, startServer } from './background.ts';
import { limiter } from './limiter.ts';
import { placeName } from './place.ts';

/** Makes traffic at places of the lab. */
export interface Prober {
  readonly probe: (from: Target, probe: Probe) => Promise<ProbeResult>;
  /** Echo ports of a node; the server is started at the first call. */
  readonly serveAt: (node: string) => Promise<EchoPorts>;
  /** A TCP connection that stays open until `stop`, for tables that show only live flows. */
  readonly hold: (
    from: Target,
    probe: SocketProbe,
  ) => Promise<Held & { readonly stop: () => Promise<unknown> }>;
  /** Ends what was started. */
  readonly stop: () => Promise<void>;
}

/** Probes that are asked for within this time, or while others have the turn, leave together. */
const gatherMs = 10;
/** Places at a time: more would starve each other of a small machine's processors. */
const processes = 3;
const limitMs = 60_000;

export function makeProber(runtime: Runtime, signal: AbortSignal): Prober {
  const [file = 'node', ...args] = runtime.probeClient;
  /** Starting a client costs more than its probes. */
  const clients = conversations(placeName, (place: Target) =>
    runtime.converse(place, file, [...args, 'answer']),
  );
  const gathering = new Map<string, Asked[]>();
  const inTurn = limiter(processes);
  const servers = new Map<string, Promise<EchoServer>>();

  const gather = (from: Target): Asked[] => {
    const place = placeName(from);
    const present = gathering.get(place);
    if (present !== undefined) return present;
    const batch: Asked[] = [];
    gathering.set(place, batch);
    setTimeout(() => {
      inTurn(async () => {
        gathering.delete(place);
        await answer(batch, from);
      });
    }, gatherMs);
    return batch;
  };
  const answer = async (batch: readonly Asked[], from: Target): Promise<void> => {
    try {
      const client = await clients.at(from);
      const asked = JSON.stringify(batch.map(({ probe }) => probe));
      const results = parseResults(await client.ask(asked, { timeoutMs: limitMs, signal }), batch.length);
      for (const [index, result] of results.entries()) batch[index]?.resolve(result);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  };

  return {
    probe: (from, probe) =>
      new Promise((resolve, reject) => {
        gather(from).push({ probe, resolve, reject });
      }),
    serveAt: async (node) => {
      const server = servers.get(node) ?? startServer(runtime, node);
      servers.set(node, server);
      return (await server).ports;
    },
    hold: (from, probe) => hold(runtime, from, probe),
    stop: async () => {
      const started = await Promise.allSettled(servers.values());
      await Promise.all([
        clients.end(),
        ...started.map((one) => (one.status === 'fulfilled' ? one.value.stop() : undefined)),
      ]);
    },
  };
}

interface Asked {
  readonly probe: Probe;
  readonly resolve: (result: ProbeResult) => void;
  readonly reject: (error: unknown) => void;
}

function parseResults(stdout: string, count: number): readonly ProbeResult[] {
  const list: unknown = JSON.parse(stdout);
  if (Array.isArray(list) && list.length === count) return list as ProbeResult[];
  throw failure('E_PROBE', `the probe client did not tell ${count} results: ${stdout.slice(0, 80)}`);
}
