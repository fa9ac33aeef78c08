import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import type { Exec } from '../../core/exec.ts';
import { imageText } from '../../core/image-reference.ts';
import { execLean } from '../../platform/exec-lean.ts';
import { resolveLab } from '../../profile/resolve.ts';
import { ciliumRequest } from './request.ts';
import { wantedImages } from './wanted-images.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const values = {
  image: { repository: 'r.example/cilium', tag: 'v1.15.0', digest, useDigest: true },
  operator: {
    image: { repository: 'r.example/operator', tag: 'v1.15.0', genericDigest: '', useDigest: true },
  },
  hubble: { enabled: true, relay: { enabled: true, image: { repository: 'r.example/relay', tag: 'v1' } } },
};
const { lab } = resolveLab({ flags: { profile: 'ebpf', runtime: 'kind' } });

function chart(): string {
  const place = mkdtempSync(join(tmpdir(), 'labctl-chart-'));
  onTestFinished(() => rmSync(place, { recursive: true }));
  writeFileSync(join(place, 'Chart.yaml'), 'name: cilium\nversion: 1.15.0\n');
  writeFileSync(join(place, 'values.yaml'), stringify(values));
  return place;
}

describe('images that nodes will ask for', () => {
  it('are those of values.yaml under the values of the profile where helm is not at hand', async () => {
    const request = await ciliumRequest(execLean, lab, { chart: chart() });
    const { images, source } = await wantedImages(execLean, request, false);
    expect(images.map(imageText)).toEqual([
      `r.example/cilium:v1.15.0@${digest}`,
      'r.example/operator-generic:v1.15.0',
    ]);
    expect(source).toBe('values.yaml of chart cilium 1.15.0, without helm');
  });

  it('are those of the rendered chart where it is', async () => {
    const place = chart();
    const request = await ciliumRequest(execLean, lab, { chart: place });
    const asked: (readonly string[])[] = [];
    const helm: Exec = async (file, args) => {
      asked.push([file, ...args]);
      const pod = stringify({ spec: { containers: [{ image: `r.example/a:1@${digest}` }] } });
      return { stdout: `${pod}---\n${pod}---\n`, stderr: '', exitCode: 0 };
    };
    const { images, source } = await wantedImages(helm, request, true);
    expect(images.map(imageText)).toEqual([`r.example/a:1@${digest}`]);
    expect(source).toBe('chart cilium 1.15.0, rendered by helm');
    expect(asked[0]?.slice(0, 6)).toEqual([
      'helm',
      'template',
      'cilium',
      place,
      '--namespace',
      'kube-system',
    ]);
  });

  it('are those that are built in without a chart, and say so', async () => {
    const request = await ciliumRequest(execLean, lab, { version: '1.18.3' });
    const { images, source, untagged } = await wantedImages(execLean, request);
    expect([images.length, untagged]).toEqual([2, ['quay.io/cilium/cilium-envoy']]);
    expect(source).toContain('built-in list of Cilium 1.18.3');
  });

  it('are of no other version than the chart is', async () => {
    const asked = ciliumRequest(execLean, lab, { chart: chart(), version: '1.20.0' });
    await expect(asked).rejects.toMatchObject({ code: 'E_CHART', exitCode: 2 });
  });
});
