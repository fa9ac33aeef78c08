import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { stringify } from 'yaml';
import { profiles } from '../../profiles/index.ts';
import { embeddedPlace, renderAgent } from './render-agent.ts';
import { renderKind } from './render-kind.ts';
import { renderValues } from './render-values.ts';
import { resolveLab } from './resolve.ts';

/** Whoever changes a profile or a renderer reads the change here: vitest -u, then the diff. */
const golden = (name: string): string => join(import.meta.dirname, 'golden', name);

beforeEach(() => {
  for (const name of ['STATE', 'RUN', 'CACHE']) vi.stubEnv(`LABCTL_${name}_DIR`, `/${name.toLowerCase()}`);
});
afterEach(() => vi.unstubAllEnvs());

describe.each(profiles.map(({ name }) => name))('profile %s', (profile) => {
  const { lab } = resolveLab({ flags: { profile } });

  it('renders its kind cluster', async () => {
    await expect(stringify(renderKind(lab))).toMatchFileSnapshot(golden(`${profile}.kind.yaml`));
  });

  it('renders its chart values', async () => {
    await expect(stringify(renderValues(lab))).toMatchFileSnapshot(golden(`${profile}.values.yaml`));
  });

  it('renders its agent configuration', async () => {
    const place = embeddedPlace('lab', 'lab-worker', {
      cgroup: '/cgroup/labctl/lab/lab-worker',
      bpf: '/bpf',
    });
    const agent = renderAgent(lab, 'lab-worker', place);
    await expect(stringify(agent)).toMatchFileSnapshot(golden(`${profile}.agent.yaml`));
  });
});

describe('renderers', () => {
  const withFile = (spec: string): ReturnType<typeof resolveLab>['lab'] =>
    resolveLab({
      file: { name: 'a.yaml', text: `apiVersion: labctl.dev/v1alpha1\nkind: Lab\nspec:\n${spec}` },
    }).lab;

  it('mirrors registries by certs.d, mounted into every node', async () => {
    const lab = withFile(
      '  registryMirrors:\n    - { registry: docker.io, endpoint: "http://mirror:5000" }\n  kind:\n    patch: { featureGates: { Some: true } }\n',
    );
    await expect(stringify(renderKind(lab))).toMatchFileSnapshot(golden('mirrors.kind.yaml'));
  });

  it('tells the API server of another NodePort range in both formats of kubeadm', async () => {
    const lab = withFile('  network: { nodePortRange: 20000-21000 }\n  demo: { nodePort: 20000 }\n');
    await expect(stringify(renderKind(lab))).toMatchFileSnapshot(golden('node-ports.kind.yaml'));
  });

  it('merges raw patches last: objects merge, lists replace, null removes', () => {
    const lab = withFile(
      '  kind:\n    patch:\n      networking: { ipFamily: null, apiServerPort: 6443 }\n      nodes: [{ role: control-plane }]\n',
    );
    const config = renderKind(lab);
    expect(config).toMatchObject({
      networking: { disableDefaultCNI: true, apiServerPort: 6443 },
      nodes: [{ role: 'control-plane' }],
    });
    expect(config).not.toHaveProperty('networking.ipFamily');
    expect(config).toHaveProperty('nodes.length', 1);
  });

  it('merges raw values last', () => {
    const lab = withFile('  helm: { values: { k8sServiceHost: api.example, image: { tag: x } } }\n');
    expect(renderValues(lab)).toMatchObject({ k8sServiceHost: 'api.example', k8sServicePort: 6443 });
    expect(renderValues(lab)).toHaveProperty('image.tag', 'x');
  });

  it.each([
    { flags: { profile: 'kube-proxy' }, host: undefined },
    { flags: { profile: 'ebpf' }, host: 'lab-control-plane' },
    { flags: { profile: 'ebpf', controlPlanes: '3' }, host: 'lab-external-load-balancer' },
    { flags: { profile: 'ebpf', runtime: 'existing' }, host: undefined },
  ])('names the API server $host for $flags', ({ flags, host }) => {
    const values = renderValues(resolveLab({ flags }).lab);
    expect(values).toEqual(expect.objectContaining(host === undefined ? {} : { k8sServiceHost: host }));
    expect(Object.hasOwn(Object(values), 'k8sServiceHost')).toBe(host !== undefined);
  });
});
