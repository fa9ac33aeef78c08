import type { EndpointSlice, Service } from '../../../src/core/k8s.ts';

/** What the cluster is asked for: Services without selector, each port with backends of its own. */
export interface ServiceModel {
  readonly name: string;
  readonly clusterIP: string;
  readonly ports: readonly PortModel[];
}
export interface PortModel {
  readonly name: string;
  readonly protocol: 'TCP' | 'UDP';
  readonly port: number;
  readonly nodePort: number;
  readonly backends: readonly Backend[];
}
export interface Backend {
  readonly address: string;
  readonly port: number;
}

export const backendName = ({ address, port }: Backend): string => `${address}:${port}`;
export const namesOf = ({ backends }: PortModel): string[] => backends.map(backendName).sort();

export const serviceObject = ({ name, clusterIP, ports }: ServiceModel): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'default' },
  spec: {
    type: 'NodePort',
    clusterIP,
    ports: ports.map(({ name: portName, protocol, port, nodePort }) => ({
      ...{ name: portName, protocol, port, nodePort },
    })),
  },
});

/** One slice for each port that backends of one Service port listen on. */
export const sliceObjects = ({ name, ports }: ServiceModel): EndpointSlice[] =>
  ports.flatMap(({ name: portName, protocol, backends }) =>
    [...new Set(backends.map(({ port }) => port))].map((target) => ({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        name: `${name}-${portName}-${target}`,
        namespace: 'default',
        labels: { 'kubernetes.io/service-name': name },
      },
      addressType: 'IPv4',
      endpoints: backends
        .filter(({ port }) => port === target)
        .map(({ address }) => ({ addresses: [address], conditions: { ready: true } })),
      ports: [{ name: portName, protocol, port: target }],
    })),
  );
