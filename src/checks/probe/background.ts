import type { Background, Runtime, Target } from '../../runtime/port.ts';
import type { Held, SocketProbe } from '../client/protocol.ts';

export interface EchoPorts {
  readonly tcp: number;
  readonly udp: number;
}
export interface EchoServer {
  readonly ports: EchoPorts;
  readonly stop: () => Promise<unknown>;
}

const startLimitMs = 30_000;

/** An echo server in a node, by the address that it is known by, on ports that were free. */
export async function startServer(runtime: Runtime, node: string): Promise<EchoServer> {
  const address = runtime.nodes.find(({ name }) => name === node)?.address ?? '0.0.0.0';
  const process = await startClient(runtime, { node }, ['serve', `node/${node}`, node, address]);
  return { ports: (await firstJson(process)) as EchoPorts, stop: process.stop };
}

/** A connection that is open when this resolves and stays so until `stop`. */
export async function hold(
  runtime: Runtime,
  from: Target,
  probe: SocketProbe,
): Promise<Held & { readonly stop: () => Promise<unknown> }> {
  const process = await startClient(runtime, from, ['hold', JSON.stringify(probe)]);
  return { ...((await firstJson(process)) as Held), stop: process.stop };
}

function startClient(runtime: Runtime, at: Target, words: readonly string[]): Promise<Background> {
  const [file = 'node', ...args] = runtime.probeClient;
  return runtime.start(at, file, [...args, ...words]);
}

/** The line of JSON that the client prints once it is ready. Without it the process is ended. */
async function firstJson(process: Background): Promise<unknown> {
  try {
    const text = await process.seen(/^\{.*\}$/m, startLimitMs);
    return JSON.parse(/^\{.*\}$/m.exec(text)?.[0] ?? text);
  } catch (error) {
    await process.stop();
    throw error;
  }
}
