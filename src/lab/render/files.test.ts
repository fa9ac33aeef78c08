import { describe, expect, it } from 'vitest';
import { parseAllDocuments, parse as parseYaml } from 'yaml';
import { resolveLab } from '../../profile/resolve.ts';
import { parts, renderParts, yamlText } from './files.ts';

const partsOf = async (flags: Record<string, unknown>, directory?: string) =>
  new Map((await renderParts(resolveLab({ flags }).lab, parts, directory)).map((one) => [one.part, one]));

describe('renderParts', () => {
  it('renders one agent per node, named as kind names nodes', async () => {
    const agent = (await partsOf({ name: 'x', workers: '2' })).get('agent');
    expect(agent?.files.map(({ path }) => path)).toEqual([
      'agent/x-control-plane.json',
      'agent/x-worker.json',
      'agent/x-worker2.json',
    ]);
    expect(agent?.documents).toMatchObject([
      { node: 'x-control-plane' },
      { node: 'x-worker' },
      { node: 'x-worker2' },
    ]);
  });

  it('gives agents the places of their runtime', async () => {
    const embedded = (await partsOf({ runtime: 'netns' })).get('agent')?.documents[0];
    expect(embedded).toMatchObject({ cluster: { source: 'directory' } });
    const kind = (await partsOf({ runtime: 'kind' })).get('agent')?.documents[0];
    expect(kind).toMatchObject({
      cluster: { source: 'kubernetes' },
      paths: { cgroup: '/host/cgroup' },
    });
  });

  it('puts the demo settings into the workloads', async () => {
    const documents = (await partsOf({ nodePort: '31000', helloReplicas: '5' })).get('manifests')?.documents;
    expect(documents).toContainEqual(
      expect.objectContaining({ kind: 'Deployment', spec: expect.objectContaining({ replicas: 5 }) }),
    );
    const demo = documents?.find(
      (one) => Object(one).kind === 'Service' && Object(one).metadata.name === 'demo',
    );
    expect(Object(demo).spec.ports.map(({ nodePort }: { nodePort: number }) => nodePort)).toEqual([
      31_000, 31_007, 31_007,
    ]);
  });

  it('renders no workloads where the demo is off', async () => {
    expect((await partsOf({ demo: 'false' })).get('manifests')?.documents).toEqual([]);
  });

  it('points the kind cluster at the registry files beside it', async () => {
    const flags = { registryMirror: ['docker.io=http://mirror:5000'] };
    const kind = (await partsOf(flags, '/out')).get('kind');
    expect(kind?.files.map(({ path }) => path)).toEqual(['kind.yaml', 'registries/docker.io/hosts.toml']);
    expect(kind?.files[0]?.text).toContain('hostPath: /out/registries');
    expect(kind?.files[1]?.text).toContain('[host."http://mirror:5000"]');
  });
});

describe('yamlText', () => {
  it('writes documents that YAML 1.1 readers take as text where they are text', () => {
    const text = yamlText([{ name: 'on', time: '12:30:45', none: 'none' }, { b: '0777' }]);
    expect(parseAllDocuments(text)).toHaveLength(2);
    expect(parseYaml(text.split('---\n')[0] ?? '', { version: '1.1' })).toEqual({
      name: 'on',
      time: '12:30:45',
      none: 'none',
    });
  });
});
