import { waitFor } from '../../../src/core/wait-for.ts';
import type { NetnsRuntime } from '../../../src/runtime/netns/index.ts';
import { namesOf, type ServiceModel } from './model.ts';

/** One line for each frontend, with its backends in order. */
export type Rows = readonly string[];
const convergeMs = 20_000;

/** Waits until every node's datapath has exactly the model, besides what it had before. */
export async function converged(
  runtime: NetnsRuntime,
  read: (node: string) => Promise<Rows>,
  wanted: Rows,
): Promise<void> {
  for (const { name } of runtime.nodes) {
    await waitFor(
      `tables of ${name} equal the model`,
      async () => {
        const found = await read(name);
        const missing = wanted.filter((row) => !found.includes(row));
        const extra = found.filter((row) => !wanted.includes(row));
        return missing.length + extra.length === 0
          ? { done: undefined }
          : {
              saw: `missing: ${missing.join('; ') || 'none'}; not in the model: ${extra.join('; ') || 'none'}`,
            };
      },
      { timeoutMs: convergeMs, intervalMs: 100 },
    );
  }
}

const row = (protocol: string, address: string, port: number, backends: readonly string[]): string =>
  `${protocol} ${address}:${port} -> ${[...backends].sort().join(' ')}`;

export const modelRows = (services: readonly ServiceModel[]): Rows =>
  services.flatMap(({ clusterIP, ports }) =>
    ports.flatMap((port) => [
      row(port.protocol, clusterIP, port.port, namesOf(port)),
      row(port.protocol, '0.0.0.0', port.nodePort, namesOf(port)),
    ]),
  );

/** From the maps. Two scopes of one frontend would be two equal rows: none of these Services has them. */
export async function mapRows(runtime: NetnsRuntime, node: string): Promise<Rows> {
  const { tables } = await runtime.inspect(node);
  return tables.services.map(({ protocol, address, port, backends }) =>
    row(
      protocol,
      address,
      port,
      backends.map((backend) => `${backend.address}:${backend.port}`),
    ),
  );
}
