import { beforeEach, expect, test } from 'vitest';
import { formatIp4, parseIp4 } from '../../core/ip.ts';
import type { EndpointSlice, Service, ServicePort } from '../../core/k8s.ts';
import { silentLog } from '../../core/log.ts';
import type { LabBackend, LabSvc, LabSvcKey } from '../../datapath/generated/structs.ts';
import { createServiceWriter } from './service-writer.ts';
import { createServices, type Services } from './services.ts';
import type { TableWriter } from './tables.ts';

/** A kernel table that checks after every write that what packets could find is whole. */
function table<K, V>(onWrite: () => void): TableWriter<K, V> & { readonly map: Map<string, V> } {
  const map = new Map<string, V>();
  return {
    map,
    set: (key, value) => {
      map.set(JSON.stringify(key), value);
      onWrite();
    },
    delete: (key) => {
      map.delete(JSON.stringify(key));
      onWrite();
    },
    entries: () => [...map].map(([key, value]) => [JSON.parse(key) as K, value] as const),
  };
}

let writes: number;
const tables = {
  services: table<LabSvcKey, LabSvc>(whole),
  backends: table<{ readonly id: number }, LabBackend>(whole),
};
const name = ({ addr, port, proto }: LabBackend): string => `${formatIp4(addr)}:${port}/${proto}`;

function whole(): void {
  writes++;
  for (const [key, head] of tables.services.entries()) {
    if (key.slot !== 0) continue;
    for (let slot = 1; slot <= head.count; slot++) {
      const { addr, port, proto, scope } = key;
      const found = tables.services.map.get(JSON.stringify({ addr, port, proto, scope, slot }));
      if (found === undefined) throw new Error(`slot ${slot} of ${head.count} is missing`);
      if (!tables.backends.map.has(JSON.stringify({ id: found.backendId }))) {
        throw new Error(`backend ${found.backendId} is missing`);
      }
    }
    if ((head.flags & 8) !== 0 && !tables.services.map.has(JSON.stringify({ ...key, scope: 1 }))) {
      throw new Error('the external scope is missing');
    }
  }
}

const start = (): Services => createServices('w1', createServiceWriter(tables), silentLog);

/** `address:port/proto/scope` -> backends, as a packet finds them. */
function found(): Record<string, string[]> {
  const result: Record<string, string[]> = {};
  for (const [key, { count }] of tables.services.entries()) {
    if (key.slot !== 0) continue;
    result[`${formatIp4(key.addr)}:${key.port}/${key.proto}/${key.scope}`] = Array.from(
      { length: count },
      (_, i) => {
        const slot = tables.services.map.get(JSON.stringify({ ...key, slot: i + 1 }));
        const backend = tables.backends.map.get(JSON.stringify({ id: slot?.backendId }));
        return backend === undefined ? 'none' : name(backend);
      },
    );
  }
  return result;
}

const service = (
  key: string,
  clusterIP: string,
  ports: readonly ServicePort[],
  spec: object = {},
): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { namespace: 'default', name: key },
  spec: { clusterIP, ports, ...spec },
});
const slice = (key: string, addresses: readonly string[], node = 'w2'): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { namespace: 'default', name: `${key}-1`, labels: { 'kubernetes.io/service-name': key } },
  addressType: 'IPv4',
  ports: [{ port: 8080, protocol: 'TCP' }],
  endpoints: addresses.map((address) => ({ addresses: [address], nodeName: node })),
});
const port80: readonly ServicePort[] = [{ port: 80 }];

beforeEach(() => {
  tables.services.map.clear();
  tables.backends.map.clear();
  writes = 0;
});

test('a Service and its slices become slots and backends', () => {
  const services = start();
  services.setSlice(slice('web', ['10.244.2.2', '10.244.1.2']));
  services.setService(service('web', '10.96.0.10', port80));
  expect(services.flush()).toBe(1);
  expect(found()).toEqual({ '10.96.0.10:80/6/0': ['10.244.1.2:8080/6', '10.244.2.2:8080/6'] });
});

test('scaling writes slots for the difference only', () => {
  const services = start();
  services.setService(service('web', '10.96.0.10', port80));
  services.setSlice(slice('web', ['10.244.1.2', '10.244.1.3', '10.244.1.4']));
  services.flush();
  writes = 0;
  services.setSlice(slice('web', ['10.244.1.2', '10.244.1.3', '10.244.1.4', '10.244.1.5']));
  services.flush();
  expect(writes).toBe(3);
  writes = 0;
  services.setSlice(slice('web', ['10.244.1.2', '10.244.1.3']));
  services.flush();
  // A count, two slots, two backends.
  expect(writes).toBe(5);
  expect(found()).toEqual({ '10.96.0.10:80/6/0': ['10.244.1.2:8080/6', '10.244.1.3:8080/6'] });
});

test('nothing is computed or written for Services that did not change', () => {
  const services = start();
  for (const index of [1, 2, 3]) services.setService(service(`s${index}`, `10.96.0.${index}`, port80));
  expect(services.flush()).toBe(3);
  writes = 0;
  services.setService(service('s2', '10.96.0.2', port80));
  expect([services.flush(), writes]).toEqual([1, 0]);
});

test('a Service without endpoints stays, with a count of 0', () => {
  const services = start();
  services.setService(service('web', '10.96.0.10', port80));
  services.setSlice(slice('web', []));
  services.flush();
  expect(found()).toEqual({ '10.96.0.10:80/6/0': [] });
});

test('traffic policy Local has a scope of its own, which comes and goes with the policy', () => {
  const services = start();
  const ports = [{ port: 80, nodePort: 32000 }];
  services.setSlice(slice('web', ['10.244.2.2']));
  services.setService(
    service('web', '10.96.0.10', ports, { type: 'NodePort', externalTrafficPolicy: 'Local' }),
  );
  services.flush();
  expect(found()).toMatchObject({ '0.0.0.0:32000/6/0': ['10.244.2.2:8080/6'], '0.0.0.0:32000/6/1': [] });
  const flags = (scope: number): number | undefined =>
    tables.services.map.get(JSON.stringify({ addr: 0, port: 32000, proto: 6, scope, slot: 0 }))?.flags;
  expect([flags(0), flags(1)]).toEqual([1 | 8, 1 | 16]);
  services.setService(service('web', '10.96.0.10', ports, { type: 'NodePort' }));
  services.flush();
  expect(Object.keys(found())).not.toContain('0.0.0.0:32000/6/1');
  expect(flags(0)).toBe(1);
});

test('a changed nodePort and a deleted Service leave nothing', () => {
  const services = start();
  const web = (nodePort: number): Service =>
    service('web', '10.96.0.10', [{ port: 80, nodePort }], { type: 'NodePort' });
  services.setSlice(slice('web', ['10.244.1.2']));
  services.setService(web(32000));
  services.flush();
  services.setService(web(32001));
  services.flush();
  expect(Object.keys(found()).sort()).toEqual(['0.0.0.0:32001/6/0', '10.96.0.10:80/6/0']);
  services.deleteService(web(32001));
  services.flush();
  expect([tables.services.map.size, tables.backends.map.size]).toEqual([0, 0]);
});

test('an address that another Service has is served when that one leaves', () => {
  const services = start();
  services.setService(service('a', '10.96.0.10', port80));
  services.setSlice(slice('a', ['10.244.1.2']));
  services.flush();
  services.setService(service('b', '10.96.0.10', port80));
  services.setSlice(slice('b', ['10.244.1.3']));
  services.flush();
  expect(found()).toEqual({ '10.96.0.10:80/6/0': ['10.244.1.2:8080/6'] });
  services.deleteService(service('a', '10.96.0.10', port80));
  services.flush();
  expect(found()).toEqual({ '10.96.0.10:80/6/0': ['10.244.1.3:8080/6'] });
});

test('a restart keeps ids, writes nothing that is right, and removes what nobody wants', () => {
  const before = start();
  before.setService(service('web', '10.96.0.10', port80));
  before.setService(service('old', '10.96.0.11', port80));
  before.setSlice(slice('web', ['10.244.1.2', '10.244.1.3']));
  before.setSlice(slice('old', ['10.244.1.3', '10.244.1.9']));
  before.flush();
  const web = [...tables.services.entries()].filter(([key]) => key.addr === parseIp4('10.96.0.10'));
  writes = 0;

  const after = start();
  after.setService(service('web', '10.96.0.10', port80));
  after.setSlice(slice('web', ['10.244.1.2', '10.244.1.3']));
  after.flush();
  expect([...tables.services.entries()]).toEqual(web);
  expect([...tables.backends.entries()].map(([, backend]) => name(backend))).not.toContain(
    '10.244.1.9:8080/6',
  );
  // Three slots and one backend of `old`.
  expect(writes).toBe(4);

  after.setService(service('new', '10.96.0.12', port80));
  after.flush();
  const ids = [...tables.services.entries()].flatMap(([key, { revNat }]) => (key.slot === 0 ? [revNat] : []));
  expect(new Set(ids).size).toBe(2);
});

test('a crash between count and slots is repaired', () => {
  const before = start();
  before.setService(service('web', '10.96.0.10', port80));
  before.setSlice(slice('web', ['10.244.1.2', '10.244.1.3']));
  before.flush();
  for (const [key] of tables.services.entries()) {
    if (key.slot === 0) tables.services.map.delete(JSON.stringify(key));
  }
  start().flush();
  expect([tables.services.map.size, tables.backends.map.size]).toEqual([0, 0]);
});

test('a Service that cannot be written is tried again, and takes nothing from its earlier state', () => {
  const before = start();
  before.setService(service('web', '10.96.0.10', port80));
  before.setSlice(slice('web', ['10.244.1.2']));
  before.flush();
  const after = start();
  after.setService(service('web', '10.96.0.10', port80));
  after.setSlice({ ...slice('web', ['10.244.1.2']), endpoints: [{ addresses: undefined as never }] });
  expect(() => after.flush()).toThrow();
  expect(() => after.flush()).toThrow();
  expect(found()).toEqual({ '10.96.0.10:80/6/0': ['10.244.1.2:8080/6'] });
  after.setSlice(slice('web', ['10.244.1.3']));
  after.flush();
  expect(found()).toEqual({ '10.96.0.10:80/6/0': ['10.244.1.3:8080/6'] });
});

test('a slice whose endpoints are null, as the API tells none, has none', () => {
  const services = start();
  services.setService(service('web', '10.96.0.10', port80));
  services.setSlice({ ...slice('web', []), endpoints: null as never });
  services.flush();
  expect(found()).toEqual({ '10.96.0.10:80/6/0': [] });
});
