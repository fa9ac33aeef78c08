import { describe, expect, it } from 'vitest';
import { resolveLab } from '../../profile/resolve.ts';
import { renderCiliumValues } from '../values/render.ts';
import { valueUnder } from '../values/tree.ts';
import { parseVersion } from '../version.ts';
import { builtInImages } from './built-in.ts';
import { imagesOfManifests } from './of-manifests.ts';
import { imagesOfValues } from './of-values.ts';
import { valuesWithoutPulls } from './without-pulls.ts';

const digest = (digit: string): string => `sha256:${digit.repeat(64)}`;
const image = (name: string, tag: string, digit: string) => ({
  repository: `r.example/${name}`,
  tag,
  digest: digest(digit),
  useDigest: true,
});
/** The shape of values.yaml from 1.14 on; envoy says nothing, as from 1.16 on. */
const chart = {
  image: image('cilium', 'v1', 'a'),
  operator: {
    image: { repository: 'r.example/operator', tag: 'v1', genericDigest: digest('b'), useDigest: true },
  },
  envoy: { enabled: null, image: image('envoy', 'e1', 'c') },
  hubble: {
    enabled: true,
    tls: { enabled: true, auto: { method: 'helm' } },
    relay: { enabled: false, image: image('relay', 'v1', 'd') },
    ui: { enabled: false, frontend: { image: image('ui', 'u1', 'e') } },
  },
  certgen: { image: image('certgen', 'g1', 'f') },
};
const labValues = (version: string) =>
  renderCiliumValues(resolveLab({ flags: { profile: 'ebpf', runtime: 'kind' } }).lab, parseVersion(version));

describe('images by values', () => {
  const [agent, operator, envoy] = [
    `r.example/cilium:v1@${digest('a')}`,
    `r.example/operator-generic:v1@${digest('b')}`,
    `r.example/envoy:e1@${digest('c')}`,
  ];

  it('are three from 1.16 on, two before', () => {
    expect(imagesOfValues(chart, labValues('1.20.0'), '1.20.0')).toEqual([agent, operator, envoy]);
    expect(imagesOfValues(chart, labValues('1.15.0'), '1.15.0')).toEqual([agent, operator]);
  });

  it('follow what is turned on', () => {
    const more = {
      hubble: { enabled: true, relay: { enabled: true }, tls: { auto: { method: 'cronJob' } } },
    };
    expect(imagesOfValues(chart, { ...more, envoy: { enabled: false } }, '1.20.0')).toEqual([
      ...[agent, operator, `r.example/relay:v1@${digest('d')}`, `r.example/certgen:g1@${digest('f')}`],
    ]);
  });

  it('are plain tags with the values that pull nothing; an override stands for itself', () => {
    const quiet = valuesWithoutPulls(parseVersion('1.20.0'));
    const own = { ...quiet, operator: { image: { override: 'mine/operator:x' } } };
    expect(imagesOfValues(chart, own, '1.20.0')).toEqual([
      ...['r.example/cilium:v1', 'mine/operator:x', 'r.example/envoy:e1'],
    ]);
    expect(valueUnder(quiet, 'image')).toEqual({ pullPolicy: 'Never', useDigest: false });
  });

  it('have no digest where the chart has none', () => {
    const bare = { ...chart, image: { ...chart.image, digest: '' } };
    expect(imagesOfValues(bare, {}, '1.12.0')[0]).toBe('r.example/cilium:v1');
  });
});

describe('images of rendered objects', () => {
  it('are those of all containers, each once', () => {
    const pod = { initContainers: [{ image: 'a:1' }], containers: [{ image: 'b:1' }, { image: 'a:1' }] };
    const template = { spec: pod };
    const jobTemplate = { spec: { template: { spec: { containers: [{ image: 'c:1' }] } } } };
    const documents = [
      { kind: 'ConfigMap', data: { image: 'no:1' } },
      { kind: 'DaemonSet', spec: { template } },
      { kind: 'CronJob', spec: { jobTemplate } },
      null,
    ];
    expect(imagesOfManifests(documents)).toEqual(['a:1', 'b:1', 'c:1']);
  });
});

describe('images without a chart', () => {
  it.each([
    ['1.12.4', ['quay.io/cilium/cilium:v1.12.4', 'quay.io/cilium/operator-generic:v1.12.4'], []],
    [
      '1.18.3',
      ['quay.io/cilium/cilium:v1.18.3', 'quay.io/cilium/operator-generic:v1.18.3'],
      ['quay.io/cilium/cilium-envoy'],
    ],
  ])('of %s are known as far as they can be', (version, images, untagged) => {
    expect(builtInImages(parseVersion(version))).toEqual({ images, untagged });
  });

  it('of the default version are all known', () => {
    const { images, untagged } = builtInImages(parseVersion('1.20.0'));
    expect([images.length, untagged]).toEqual([3, []]);
  });
});
