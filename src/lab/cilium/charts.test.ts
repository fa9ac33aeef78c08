import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exec } from '../../platform/exec.ts';
import { resolveLab } from '../../profile/resolve.ts';
import { configOf } from './preview.ts';
import { ciliumRequest } from './request.ts';
import { wantedImages } from './wanted-images.ts';

/** Released charts, as `cilium-1.20.0.tgz`: the only proof that values mean to a chart what the tables say. */
const directory = process.env.LABCTL_CHARTS_DIR ?? '';
const hasHelm = (process.env.PATH ?? '').split(delimiter).some((at) => existsSync(join(at, 'helm')));
const charts = directory === '' ? [] : readdirSync(directory).filter((name) => /^cilium-.*\.tgz$/.test(name));

const modes = [
  ['kube-proxy', /^(disabled|false)$/, undefined],
  ['kpr', /^(strict|true)$/, undefined],
  ['ebpf', /^(strict|true)$/, 'true'],
] as const;

describe.skipIf(directory === '' || !hasHelm)('released charts', { timeout: 120_000 }, () => {
  it('are there', () => {
    expect(charts).not.toEqual([]);
  });

  it('render the mode of every profile', async () => {
    for (const name of charts) {
      for (const [profile, replacement, masquerade] of modes) {
        const { lab } = resolveLab({ flags: { profile, runtime: 'kind' } });
        const request = await ciliumRequest(exec, lab, { chart: join(directory, name) });
        if (request.chart === undefined) throw new Error('no chart');
        const config = await configOf(exec, request, request.chart);
        const about = `${name} ${profile}`;
        expect(config['kube-proxy-replacement'], about).toMatch(replacement);
        expect(config['routing-mode'] ?? config.tunnel, about).toMatch(/^(native|disabled)$/);
        expect(config['auto-direct-node-routes'], about).toBe('true');
        expect(config['ipv4-native-routing-cidr'], about).toBe(lab.network.nativeRoutingCIDR);
        expect(config['enable-bpf-masquerade'] === 'true', about).toBe(masquerade === 'true');
        const rendered = await wantedImages(exec, request, true);
        const guessed = await wantedImages(exec, request, false);
        expect(new Set(guessed.images), about).toEqual(new Set(rendered.images));
      }
    }
  });
});
