import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { resolveLab } from '../../profile/resolve.ts';
import { parseVersion } from '../version.ts';
import { renderCiliumValues } from './render.ts';
import { valueUnder } from './tree.ts';

/** The first and last patch of every minor, and the patches inside a minor at which values change. */
const versions = [
  ...[
    '1.12.0',
    '1.12.4',
    '1.12.19',
    '1.13.0-rc5',
    '1.13.4',
    '1.13.18',
    '1.14.0',
    '1.14.2',
    '1.14.3',
    '1.14.19',
  ],
  ...['1.15.0', '1.15.8', '1.15.19', '1.16.0', '1.16.2', '1.16.19', '1.17.18', '1.18.12', '1.19.6', '1.20.0'],
  '1.21.0-pre.0',
];
const profiles = ['kube-proxy', 'kpr', 'ebpf'] as const;
const golden = parse(readFileSync(join(import.meta.dirname, 'golden.yaml'), 'utf8')) as Record<
  string,
  unknown
>;
const labOf = (profile: string) => resolveLab({ flags: { profile, runtime: 'kind', name: 'mine' } }).lab;

describe.each(profiles)('profile %s', (profile) => {
  it.each(versions)('is said in the words of %s', (version) => {
    const values = renderCiliumValues(labOf(profile), parseVersion(version));
    const [, group = ''] = Object.keys(golden).flatMap((name) => {
      const [of, list = ''] = name.split(': ');
      return of === profile && list.split(' ').includes(version) ? ['', name] : [];
    });
    expect(values).toEqual(golden[group]);
  });
});

describe('values', () => {
  it('show everything where all is to be observed, under the keys that the tutorials meant', () => {
    const values = renderCiliumValues(labOf('ebpf'), parseVersion('1.13.0-rc5'), 'full');
    expect(values).toMatchObject({
      debug: { enabled: true, verbose: 'datapath' },
      bpf: { monitorAggregation: 'none' },
      hubble: { enabled: true },
    });
  });

  it('keep the name of the cluster within what newer charts take', () => {
    const lab = { ...labOf('ebpf'), name: 'a-lab-with-a-name-that-is-longer-than-32' };
    const name = valueUnder(renderCiliumValues(lab, parseVersion('1.20.0')), 'cluster.name');
    expect(name).toBe('a-lab-with-a-name-that-is-longer');
  });
});
