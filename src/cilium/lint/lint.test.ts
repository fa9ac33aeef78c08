import { describe, expect, it } from 'vitest';
import { lint, messageOf, told } from '../testing/lint-sets.ts';
import { builtInUniverse } from './universe.ts';

describe('two keys of one intent', () => {
  it('count as the chart reads them, in any order', () => {
    for (const set of ['routingMode=tunnel,tunnel=disabled', 'tunnel=disabled,routingMode=tunnel']) {
      expect(told(`${set},autoDirectNodeRoutes=true`, '1.14.3')).toEqual([
        'warning fate tunnel',
        'error contradiction autoDirectNodeRoutes',
      ]);
    }
  });

  it('the one pool of old is a pool', () => {
    const set = 'tunnel=disabled,ipv4NativeRoutingCIDR=10.9.0.0/16';
    expect(told(`${set},ipam.operator.clusterPoolIPv4PodCIDR=10.9.0.0/16`, '1.13.0')).toEqual([]);
  });
});

describe('a value where the chart has a map', () => {
  it('is found, with its switch where there is one', () => {
    expect(lint('debug=true,socketLB=true,cluster=lab', '1.20.0')).toEqual([
      expect.objectContaining({
        rule: 'wrong-type',
        severity: 'error',
        key: 'debug',
        use: 'debug.enabled: true',
      }),
      expect.objectContaining({ rule: 'wrong-type', key: 'socketLB', use: 'socketLB.enabled: true' }),
      expect.not.objectContaining({ use: expect.anything() }),
    ]);
  });

  it.each(['1.12.0', '1.16.0', '1.20.0'])('%s: hubble, bandwidthManager', (version) => {
    expect(told('hubble=true,bandwidthManager=true', version)).toEqual([
      'error wrong-type hubble',
      'error wrong-type bandwidthManager',
    ]);
  });

  it.each([
    'hubble=null,socketLB=null',
    'hubble.tls.auto.certValidityDuration=100',
    'extraArgs=--v=1,updateStrategy.type=OnDelete',
  ])('%s is none', (set) => {
    expect(told(set, '1.20.0')).toEqual([]);
  });
});

describe('words', () => {
  it.each([
    ['1.13.0', 'ipam.mode=cluster-pool-v2beta'],
    ['1.15.0', 'loadBalancer.acceleration=best-effort'],
    ['1.14.0', 'loadBalancer.dsrDispatch=geneve'],
    ['1.14.0', 'ipam.mode=multi-pool'],
    ['1.20.0', 'bpf.datapathMode=auto'],
    ['1.20.0', 'bpf.monitorAggregation=disabled'],
  ])('%s takes %s', (version, set) => {
    expect(told(set, version)).toEqual([]);
  });

  it.each([
    ['1.15.0', 'ipam.mode=cluster-pool-v2beta', 'before 1.15.0'],
    ['1.12.4', 'loadBalancer.acceleration=best-effort', 'from 1.15.0 on'],
    ['1.12.4', 'loadBalancer.dsrDispatch=geneve', 'from 1.14.0 on'],
    ['1.13.0', 'ipam.mode=multi-pool', 'from 1.14.0 on'],
    ['1.19.0', 'bpf.datapathMode=auto', 'from 1.20.0 on'],
    ['1.20.0', 'loadBalancer.mode={snat}', 'no chart notices'],
  ])('%s does not take %s', (version, set, text) => {
    const [key = ''] = set.split('=');
    expect(messageOf(set, version, key)).toContain(text);
  });

  it('a list of one is no word, and a chart that checks does notice', () => {
    const message = messageOf('kubeProxyReplacement={true}', '1.20.0', 'kubeProxyReplacement');
    expect(message).toBe('[true] is no word of it');
  });
});

describe('the name of the cluster', () => {
  it.each(['My_Lab', 'lab-', '-lab', 'a.b'])('%s is refused from 1.16 on', (name) => {
    expect(told(`cluster.name=${name}`, '1.15.0')).toEqual([]);
    expect(told(`cluster.name=${name}`, '1.16.0')).toEqual(['error fate cluster.name']);
  });

  it('is its own where the cluster has an id', () => {
    expect(messageOf('cluster.id=3', '1.13.0', 'cluster.id')).toContain('fatal');
    expect(messageOf('cluster.id=3,cluster.name=default', '1.20.0', 'cluster.id')).toContain('refuses');
    expect(told('cluster.id=3,cluster.name=lab', '1.20.0')).toEqual([]);
    expect(told('cluster.id=0', '1.20.0')).toEqual([]);
  });
});

describe('versions', () => {
  it('beyond the newest that was read are told', () => {
    expect(builtInUniverse('1.21.0').source).toBe(
      'the built-in table of the keys of charts 1.20, the newest that were read, used for 1.21',
    );
    expect(builtInUniverse('1.14.3').source).toBe('the built-in table of the keys of charts 1.14');
  });

  it('a candidate has the schema of its release', () => {
    expect(told('bpf.masquerade=yes', '1.16.0-rc.1')).toEqual(['error wrong-type bpf.masquerade']);
    expect(told('bpf.masquerade=yes', '1.15.19')).toEqual(['warning wrong-type bpf.masquerade']);
  });
});
