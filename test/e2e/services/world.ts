import type { Backend, PortModel, ServiceModel } from './model.ts';
import type { Random } from './random.ts';

/** A frontend that is no more. */
export interface Gone {
  readonly protocol: 'TCP' | 'UDP';
  readonly address: string;
  readonly port: number;
  readonly nodePort: number;
}

/** Services by chance and the changes that they go through. */
export interface World {
  readonly title: string;
  readonly services: readonly ServiceModel[];
  /** What the last change took away, and nothing uses again. */
  readonly gone: readonly Gone[];
}

const sizes = [0, 1, 2, 3, 5];
const many = 50;
const nodePorts = { first: 30_000, count: 1900 };

export function createWorlds(random: Random, pool: readonly Backend[]): (() => World)[] {
  const usedNodePorts = new Set<number>();
  const nodePort = (): number => {
    for (;;) {
      const port = nodePorts.first + random.whole(nodePorts.count);
      if (usedNodePorts.has(port)) continue;
      usedNodePorts.add(port);
      return port;
    }
  };
  const portModel = (index: number, protocol: 'TCP' | 'UDP', size: number): PortModel => ({
    name: `p${index}`,
    protocol,
    port: 1 + index * 20_000 + random.whole(20_000),
    nodePort: nodePort(),
    backends: random.some(size, pool),
  });
  const service = (name: string, clusterIP: string, ...ports: PortModel[]): ServiceModel => ({
    ...{ name, clusterIP, ports },
  });
  const anyPorts = (): PortModel[] =>
    Array.from({ length: 1 + random.whole(3) }, (_, index) =>
      portModel(index, random.one(['TCP', 'UDP'] as const), random.one(sizes)),
    );
  const third = random.some(
    5,
    Array.from({ length: 200 }, (_, index) => index),
  );
  const address = (index: number): string => `10.96.${100 + index}.${1 + (third[index] ?? 0)}`;

  let services: ServiceModel[] = [
    service('any-none', address(0), portModel(0, 'TCP', 0), portModel(1, 'UDP', 0)),
    service('any-one', address(1), portModel(0, 'TCP', 1), portModel(1, 'UDP', 1)),
    service('any-many', address(2), portModel(0, 'TCP', many), portModel(1, 'UDP', many)),
    service('any-a', address(3), ...anyPorts()),
    service('any-b', address(4), ...anyPorts()),
  ];
  const goneOf = ({ clusterIP, ports }: ServiceModel): Gone[] =>
    ports.map(({ protocol, port, nodePort: node }) => ({
      protocol,
      address: clusterIP,
      port,
      nodePort: node,
    }));

  return [
    () => ({ title: 'new Services', services, gone: [] }),
    () => {
      const other: Record<number, number> = { 0: 3, 1: 0, [many]: 2 };
      const resized = (port: PortModel): PortModel => ({
        ...port,
        backends: random.some(other[port.backends.length] ?? random.one(sizes), pool),
      });
      services = services.map((one) => ({ ...one, ports: one.ports.map(resized) }));
      return { title: 'other endpoints', services, gone: [] };
    },
    () => {
      const gone = services.flatMap(goneOf);
      services = services.map((one) => ({
        ...one,
        ports: one.ports.map((port) => ({ ...port, nodePort: nodePort() })),
      }));
      // The cluster addresses stay.
      return { title: 'other node ports', services, gone: gone.map((one) => ({ ...one, address: '' })) };
    },
    () => {
      const ended = random.some(2, services);
      services = services.map((one) =>
        ended.includes(one) ? service(`${one.name}-again`, one.clusterIP, ...anyPorts()) : one,
      );
      const left = services.flatMap(goneOf);
      const gone = ended
        .flatMap(goneOf)
        .filter((one) => !left.some((other) => other.address === one.address && other.port === one.port));
      return { title: 'other Services under the addresses of deleted ones', services, gone };
    },
  ];
}
