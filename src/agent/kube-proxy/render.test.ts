import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { K8sObject, Kind, ObjectOf } from '../../core/k8s.ts';
import { kubeProxyRules, normaliseIptablesSave, renderKubeProxy } from './render.ts';

const fixtures = join(import.meta.dirname, '../../../test/fixtures/kube-proxy/v1.34');
const read = (name: string): string => readFileSync(join(fixtures, name), 'utf8');
const capture = JSON.parse(read('capture.json')) as { node: string; clusterCIDR: string };
const objects = parseAllDocuments(read('cluster.yaml')).map((document) => document.toJS() as K8sObject);
const ofKind = <K extends Kind>(kind: K): ObjectOf[K][] =>
  objects.filter((object) => object.kind === kind) as ObjectOf[K][];
const node = ofKind('Node').find(({ metadata }) => metadata.name === capture.node);

const input = {
  nodeName: capture.node,
  nodeIP: node?.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '',
  clusterCIDR: capture.clusterCIDR,
  services: ofKind('Service'),
  endpointSlices: ofKind('EndpointSlice'),
  hasNfacct: true,
  dropsInvalid: true,
};
const tables = (text: string): Map<string, string[]> =>
  new Map(
    normaliseIptablesSave(text)
      .split('COMMIT\n')
      .filter((section) => section !== '')
      .map((section) => section.trim().split('\n'))
      .map(([name = '', ...lines]) => [name.slice(1), lines]),
  );

test.each(['mangle', 'filter', 'nat'])('table %s equals what the real kube-proxy wrote', (table) => {
  const real = tables(read('iptables-save.txt')).get(table);
  const rendered = tables(renderKubeProxy(input)).get(table);
  expect(real?.length).toBeGreaterThan(0);
  expect(rendered).toEqual(real);
});

test('the stored rules cover every kind of chain', () => {
  const real = read('iptables-save.txt');
  for (const kind of ['SVC', 'SVL', 'EXT', 'FW', 'SEP'])
    expect(real).toMatch(new RegExp(`^:KUBE-${kind}-`, 'm'));
});

test('without nfacct no rule names a counter', () => {
  expect(renderKubeProxy({ ...input, hasNfacct: false })).not.toContain('nfacct');
});

test('a liberal conntrack keeps INVALID packets', () => {
  expect(renderKubeProxy({ ...input, dropsInvalid: false })).not.toContain('INVALID');
});

test('past 1000 endpoints the comments of balancing and endpoint rules go', () => {
  const [slice] = input.endpointSlices.filter(({ metadata }) => metadata.name === 'three-1');
  if (slice === undefined) throw new Error('no slice three-1');
  const endpoints = Array.from({ length: 1001 }, (_, at) => ({
    addresses: [`10.244.${100 + (at >> 8)}.${at & 255}`],
  }));
  const { nat } = kubeProxyRules({ ...input, endpointSlices: [{ ...slice, endpoints }] });
  const rules = [...nat.chains].filter(([name]) => name.startsWith('KUBE-SEP-')).flatMap(([, list]) => list);
  expect(rules).toHaveLength(2002);
  expect(rules.filter((rule) => rule.includes('comment'))).toEqual([]);
  expect(nat.chains.get('KUBE-SERVICES')?.[0]).toContain('comment');
});
