import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { LabError, Problem } from '../../core/errors.ts';
import { projectRoot } from '../../platform/fs.ts';
import { kindOfWord } from './kind-words.ts';
import { type ManifestInput, parseManifests } from './parse-manifests.ts';

test.each(['demo.yaml', 'hello.yaml'])('the bundled %s is valid', (file) => {
  const text = readFileSync(join(projectRoot(), 'templates', 'demo', file), 'utf8');
  expect(parseManifests([{ file, text }])).toHaveLength(2);
});

test('a List counts as its items', () => {
  const text = JSON.stringify({
    apiVersion: 'v1',
    kind: 'List',
    items: [service({}), service({ metadata: { name: 'b' } })],
  });
  expect(parseManifests([{ file: '-', text }])).toHaveLength(2);
});

test('a pod may name a node of the lab only, in workloads too', () => {
  const pod = (nodeName: unknown): object => ({ nodeName, containers: [{ name: 'a', image: 'demo' }] });
  const template = { metadata: { labels: { app: 'a' } }, spec: pod('w2') };
  const objects = [
    { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec: pod('w1') },
    { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'b' }, spec: pod('w3') },
    { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'c' }, spec: pod(7) },
    {
      ...{ apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'd' } },
      spec: { selector: { matchLabels: { app: 'a' } }, template },
    },
  ];
  const text = objects.map((object) => JSON.stringify(object)).join('\n---\n');
  const wrong = (nodes?: readonly string[]) =>
    problemsOf(text, nodes).map(({ field, allowed, message }) => [field, message, allowed]);
  const message = 'is not a node of this lab';
  expect(wrong(['w1', 'w2'])).toEqual([
    ['spec.nodeName', message, 'w1, w2'],
    ['spec.nodeName', message, 'w1, w2'],
  ]);
  expect(wrong(['w1'])).toContainEqual(['spec.template.spec.nodeName', message, 'w1']);
  expect(wrong()).toEqual([['spec.nodeName', message, undefined]]);
});

test('all problems are told at once, each with its place', () => {
  const text = `apiVersion: v1
kind: Service
metadata:
  name: Demo
spec:
  type: NodePorts
  ports:
    - port: 80
      nodePort: 70000
---
kind: Servics
`;
  expect(problemsOf(text).map(({ line, column, field }) => [line, column, field])).toEqual([
    [4, 9, 'metadata.name'],
    [6, 9, 'spec.type'],
    [9, 17, 'spec.ports.0.nodePort'],
    [11, 7, 'kind'],
  ]);
  expect(problemsOf(text)[3]?.suggestion).toBe('Service');
});

test.each([
  ['an empty text', '', 'there is no object in it'],
  ['empty documents', '---\n---\n# nothing\n', 'there is no object in it'],
  ['no kind', 'apiVersion: v1\nmetadata: {name: x}\n', 'is missing'],
  ['a List without items', 'apiVersion: v1\nkind: List\n', 'is missing'],
  ['a List of no list', 'apiVersion: v1\nkind: List\nitems: {}\n', 'is not a list'],
  ['an alias in itself', 'a: &a [*a]\n', 'an alias that holds itself'],
  ['20 000 brackets', '['.repeat(20_000), 'Maximum call stack size exceeded'],
])('%s is one problem', (_, text, message) => {
  expect(problemsOf(text).map((problem) => problem.message)).toEqual([message]);
});

test('aliases that explode are a problem of the text', () => {
  const levels = Array.from(
    { length: 9 },
    (_, i) => `l${i + 1}: &l${i + 1} [${Array(9).fill(`*l${i}`).join()}]\n`,
  );
  const [problem, ...others] = problemsOf(`l0: &l0 [x]\n${levels.join('')}`);
  expect(problem).toMatchObject({ line: 1, message: expect.stringContaining('alias') });
  expect(others).toEqual([]);
});

test('an object that is there twice is refused, whatever file it stands in', () => {
  const text = JSON.stringify(service({}));
  const other = JSON.stringify(service({ metadata: { name: 'demo', namespace: 'default' } }));
  const given = [text, other].map((each, i) => ({ file: `${i}.yaml`, text: each }));
  expect(problemsIn(given)).toMatchObject([
    { file: '1.yaml', line: 1, message: 'Service default/demo is there twice' },
  ]);
});

test('empty documents between objects do not matter', () => {
  const text = `---\n${JSON.stringify(service({}))}\n---\n# end\n`;
  expect(parseManifests([{ file: '-', text }])).toHaveLength(1);
});

test('text that is not YAML has a place too', () => {
  expect(problemsOf('a: [1,\nb: }')[0]).toMatchObject({ file: 'x.yaml', line: 2 });
});

test.each([
  [{ spec: { ports: [] } }, 'a Service needs a port'],
  [{ spec: { ports: [{ port: 1 }, { port: 2 }] } }, 'every port needs a name where there are several'],
  [{ spec: { ports: [{ port: 1, protocol: 'ICMP' }] } }, 'is not a protocol'],
  [{ spec: { ports: [{ port: 1 }], clusterIP: '1.2.3' } }, 'is not an address'],
  [{ apiVersion: 'v2' }, 'Service has another apiVersion'],
])('%j is refused', (change, message) => {
  expect(problemsOf(JSON.stringify(service(change))).map((each) => each.message)).toContain(message);
});

test('a selector that does not match its template is refused', () => {
  const text = JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'x' },
    spec: {
      selector: { matchLabels: { app: 'x' } },
      template: { metadata: { labels: { app: 'y' } }, spec: { containers: [{ name: 'c', image: 'demo' }] } },
    },
  });
  expect(problemsOf(text).map((each) => each.field)).toEqual(['spec.template.metadata.labels']);
});

test.each([
  ['pods', 'Pod'],
  ['po', 'Pod'],
  ['svc', 'Service'],
  ['Deployment', 'Deployment'],
])('the word %s means %s', (word, kind) => {
  expect(kindOfWord(word)).toBe(kind);
});

test('an unknown word comes with the nearest one', () => {
  expect(() => kindOfWord('servces')).toThrow(expect.objectContaining({ fix: 'did you mean services?' }));
});

test.each(['a..b', '.a', 'a.', 'x'.repeat(129)])('%s is no name of a DaemonSet', (name) => {
  const text = JSON.stringify(service({ apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name } }));
  expect(problemsOf(text)).toContainEqual(expect.objectContaining({ field: 'metadata.name' }));
});

const problemsOf = (text: string, nodes?: readonly string[]): readonly Problem[] =>
  problemsIn([{ file: 'x.yaml', text }], nodes);

function problemsIn(inputs: readonly ManifestInput[], nodes?: readonly string[]): readonly Problem[] {
  try {
    parseManifests(inputs, nodes);
  } catch (error) {
    return ((error as LabError).details as { problems: Problem[] }).problems;
  }
  return [];
}

const service = (change: object): object => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'demo' },
  spec: { ports: [{ port: 80 }] },
  ...change,
});
