import { describe, expect, it } from 'vitest';
import { head, inFile, problemsOf } from './problems-of.ts';

describe('YAML faults', () => {
  it('hide what follows from them, not what flags say', () => {
    const problems = problemsOf({
      file: { name: 'a', text: `${head}spec: [\n` },
      flags: { workers: 'x' },
    });
    expect(new Set(problems.map(({ rule }) => rule))).toEqual(new Set(['yaml', 'wrong-value']));
  });

  it('do not hide the rest where only a key is double', () => {
    const problems = inFile(`${head}spec:\n  nodes: {}\n  nodes: {}\n  nodez: {}\n`);
    expect(problems.map(({ rule, line }) => `${line} ${rule}`)).toEqual(['5 yaml', '6 unknown-field']);
  });

  it.each([
    ['an alias that holds itself', `${head}spec: &a [*a]\n`],
    ['Excessive alias count', aliasBomb()],
  ])('%s', (message, text) => {
    expect(inFile(text)).toMatchObject([{ rule: 'yaml', message: expect.stringContaining(message) }]);
  });
});

function aliasBomb(): string {
  const layers = Array.from({ length: 9 }, (_, i) => `k${i + 1}: &k${i + 1} [${`*k${i},`.repeat(9)}]`);
  return ['k0: &k0 [x]', ...layers].join('\n');
}

describe('schema', () => {
  const schemaRows = [
    {
      text: `${head}spec:\n  nodez: {}\n`,
      at: '4:3',
      rule: 'unknown-field',
      field: 'spec.nodez',
      suggestion: 'nodes',
    },
    {
      text: `${head}spec:\n  network:\n    pod_cidr: x\n`,
      at: '5:5',
      rule: 'unknown-field',
      field: 'spec.network.pod_cidr',
      suggestion: 'podCIDR',
    },
    {
      text: `${head}spec:\n  nodes: { workers: two }\n`,
      at: '4:21',
      rule: 'wrong-value',
      field: 'spec.nodes.workers',
    },
    {
      text: `${head}spec:\n  nodes: { workers: 100 }\n`,
      at: '4:21',
      rule: 'wrong-value',
      field: 'spec.nodes.workers',
    },
    { text: `${head}spec:\n  nodes: 3\n`, at: '4:10', rule: 'wrong-value', field: 'spec.nodes' },
    {
      text: `${head}spec:\n  network:\n    mtu:\n`,
      at: '5:5',
      rule: 'wrong-value',
      field: 'spec.network.mtu',
    },
    {
      text: `${head}spec:\n  profile: epbf\n`,
      at: '4:12',
      rule: 'wrong-value',
      field: 'spec.profile',
      suggestion: 'ebpf',
    },
    {
      text: `${head}spec:\n  datapath: { masquerade: ipables }\n`,
      at: '4:27',
      rule: 'wrong-value',
      field: 'spec.datapath.masquerade',
      suggestion: 'iptables',
    },
    { text: `${head}metadata:\n  name: My_Lab\n`, at: '4:9', rule: 'wrong-value', field: 'metadata.name' },
    { text: `${head}metadata:\n  name: a-pod-b\n`, at: '4:9', rule: 'wrong-value', field: 'metadata.name' },
    {
      text: `${head}metadata:\n  name: ${'a'.repeat(33)}\n`,
      at: '4:9',
      rule: 'wrong-value',
      field: 'metadata.name',
    },
    {
      text: 'apiVersion: labctl.dev/v1\nkind: Lab\n',
      at: '1:13',
      rule: 'wrong-value',
      field: 'apiVersion',
    },
    { text: 'apiVersion: labctl.dev/v1alpha1\n', at: '1:1', rule: 'missing-field', field: 'kind' },
    { text: '', at: '1:1', rule: 'wrong-value', field: '' },
    { text: `${head}spec:\n  nodes: {}\n  nodes: {}\n`, at: '5:3', rule: 'yaml', field: '' },
    { text: `${head}spec: [\n`, at: '4:1', rule: 'yaml', field: '' },
    { text: `${head}---\n${head}`, at: '4:1', rule: 'yaml', field: '' },
    {
      text: `${head}spec:\n  network: { podCIDR: "fd00::/64" }\n`,
      at: '4:23',
      rule: 'wrong-value',
      field: 'spec.network.podCIDR',
    },
    {
      text: `${head}spec:\n  registryMirrors:\n    - registry: a\n      endpoint: mirror\n`,
      at: '6:17',
      rule: 'wrong-value',
      field: 'spec.registryMirrors.0.endpoint',
    },
  ] as const;

  it.each(schemaRows)('$rule of $field at $at', ({ text, at, rule, field, ...row }) => {
    const problems = inFile(text);
    const problem = problems.find((one) => one.rule === rule && one.field === field);
    expect(problem, JSON.stringify(problems)).toBeDefined();
    expect(`${problem?.line}:${problem?.column}`).toBe(at);
    expect(problem?.suggestion).toBe('suggestion' in row ? row.suggestion : undefined);
    expect(problem?.allowed).toBeTruthy();
  });

  it('tells all problems of all sources at once, with the name of a flag or variable as their place', () => {
    const problems = problemsOf({
      file: { name: 'a.labctl.yaml', text: `${head}spec:\n  nodez: {}\n  demo: { nodePort: 80 }\n` },
      env: { LABCTL_WORKERS: 'many' },
      flags: { podCidr: '10.1.2.3', profile: 'kpr', masquerade: 'none' },
    });
    expect(problems.map(({ file, line, rule }) => `${file} ${line} ${rule}`).toSorted()).toEqual([
      '--masquerade 0 wrong-value',
      '--pod-cidr 0 wrong-value',
      'LABCTL_WORKERS 0 wrong-value',
      'a.labctl.yaml 4 unknown-field',
      'a.labctl.yaml 5 node-port-in-range',
    ]);
  });
});
