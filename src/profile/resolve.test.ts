import { describe, expect, it } from 'vitest';
import { profiles } from '../../profiles/index.ts';
import { originText } from './origin.ts';
import { head, problemsOf } from './problems-of.ts';
import { type LabInput, resolveLab } from './resolve.ts';
import { settings } from './settings.ts';

const file = { name: 'a.labctl.yaml', text: `${head}spec:\n  profile: kpr\n  nodes:\n    workers: 3\n` };
const env = { LABCTL_WORKERS: '4', LABCTL_PROFILE: 'kube-proxy' };
const flags = { workers: '5', profile: 'ebpf' };

describe('precedence', () => {
  const rows: readonly (readonly [string, LabInput, number, string, string])[] = [
    ['default', {}, 2, 'default', 'ebpf'],
    ['file over default', { file }, 3, 'file a.labctl.yaml:6:14', 'kpr'],
    ['environment over file', { file, env }, 4, 'environment LABCTL_WORKERS', 'kube-proxy'],
    ['flag over all', { file, env, flags }, 5, 'flag --workers', 'ebpf'],
    ['an empty variable is none', { env: { LABCTL_WORKERS: '' } }, 2, 'default', 'ebpf'],
  ];
  it.each(rows)('%s', (_title, input, workers, origin, profile) => {
    const { lab, origins } = resolveLab(input);
    expect(lab.nodes.workers).toBe(workers);
    expect(lab.profile).toBe(profile);
    const found = origins['spec.nodes.workers'];
    expect(found && originText(found)).toBe(origin);
  });

  it('puts the profile between file and default', () => {
    const text = `${head}spec:\n  profile: kpr\n  datapath: { events: all }\n`;
    const { lab, origins } = resolveLab({ file: { name: 'f', text } });
    expect(lab.datapath).toMatchObject({ events: 'all', masquerade: 'iptables', serviceLB: 'bpf' });
    expect(origins['spec.datapath.events']).toMatchObject({ source: 'file', line: 5 });
    expect(origins['spec.datapath.masquerade']).toEqual({ source: 'profile', name: 'kpr' });
  });

  it('derives the native-routing CIDR from the pod CIDR, and says so', () => {
    const { lab, origins } = resolveLab({ flags: { podCidr: '10.8.0.0/16' } });
    expect(lab.network.nativeRoutingCIDR).toBe('10.8.0.0/16');
    expect(origins['spec.network.nativeRoutingCIDR']).toEqual({
      source: 'derived',
      from: 'spec.network.podCIDR',
    });
  });
});

describe('resolveLab', () => {
  it.each(profiles)('yields the profile $name as it is written, by name and by each alias', (profile) => {
    for (const word of [profile.name, ...profile.aliases]) {
      const { lab } = resolveLab({ flags: { profile: word } });
      expect(lab.profile).toBe(profile.name);
      expect(lab.datapath).toEqual(profile.datapath);
      expect(lab.kubeProxyMode).toBe(profile.kubeProxyMode);
    }
  });

  it('names an origin for every setting', () => {
    expect(Object.keys(resolveLab({}).origins)).toEqual(settings.map(({ path }) => path));
  });

  it('is plain data: survives JSON', () => {
    const { lab } = resolveLab({ file });
    expect(JSON.parse(JSON.stringify(lab))).toEqual(lab);
  });

  it('reads mirrors from repeated flags and from one variable', () => {
    const mirrors = [
      { registry: 'docker.io', endpoint: 'http://m:5000' },
      { registry: 'r:5000', endpoint: 'http://n' },
    ];
    const words = mirrors.map(({ registry, endpoint }) => `${registry}=${endpoint}`);
    expect(resolveLab({ flags: { registryMirror: words } }).lab.registryMirrors).toEqual(mirrors);
    expect(resolveLab({ env: { LABCTL_REGISTRY_MIRROR: words.join(',') } }).lab.registryMirrors).toEqual(
      mirrors,
    );
    expect(problemsOf({ flags: { registryMirror: ['docker.io'] } })).toMatchObject([
      { file: '--registry-mirror' },
    ]);
  });

  it('ignores options that are no settings', () => {
    expect(resolveLab({ flags: { dryRun: true, output: 'json' } }).lab).toEqual(resolveLab({}).lab);
  });

  it('blames a profile for nothing: every profile resolves on every runtime', () => {
    for (const { name } of profiles) {
      for (const runtime of ['auto', 'netns', 'kind', 'existing']) {
        expect(problemsOf({ flags: { profile: name, runtime } })).toEqual([]);
      }
    }
  });

  it('lets no two settings share a flag or a variable', () => {
    const names = settings.flatMap(({ flag }) => (flag === undefined ? [] : [flag.name, flag.variable]));
    expect(new Set(names).size).toBe(names.length);
  });
});
