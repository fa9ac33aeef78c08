import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Exec } from '../../core/exec.ts';
import { execLean } from '../../platform/exec-lean.ts';
import { resolveLab } from '../../profile/resolve.ts';
import { previewChange } from './preview.ts';
import { ciliumRequest } from './request.ts';

const { lab } = resolveLab({ flags: { profile: 'ebpf', runtime: 'kind' } });
const object = (name: string, data: object): string =>
  JSON.stringify({ kind: 'ConfigMap', metadata: { name }, data });

function chart(version: string): string {
  const place = mkdtempSync(join(tmpdir(), `labctl-chart-`));
  onTestFinished(() => rmSync(place, { recursive: true }));
  writeFileSync(join(place, 'Chart.yaml'), `name: cilium\nversion: ${version}\n`);
  return place;
}

describe('preview of an upgrade', () => {
  it('compares what agents read where both charts are here', async () => {
    const [old, next] = [chart('1.13.4'), chart('1.20.0')];
    const helm: Exec = async (_file, args) => {
      const data = args.includes(old)
        ? { tunnel: 'disabled', debug: 'false' }
        : { 'routing-mode': 'native', debug: 'false' };
      const stdout = `${object('other', { a: '1' })}\n---\n${object('cilium-config', data)}\n`;
      return { stdout, stderr: '', exitCode: 0 };
    };
    const from = await ciliumRequest(execLean, lab, { chart: old });
    const to = await ciliumRequest(execLean, lab, { chart: next });
    const { config, values } = await previewChange(helm, from, to);
    expect(config).toEqual([
      { key: 'routing-mode', from: null, to: 'native' },
      { key: 'tunnel', from: 'disabled', to: null },
    ]);
    expect(values.map(({ key }) => key)).toContain('routingMode');
  });

  it('compares values alone without charts', async () => {
    const from = await ciliumRequest(execLean, lab, { version: '1.20.0' });
    expect(await previewChange(execLean, from, from)).toEqual({ values: [], config: null });
  });
});
