import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Exec } from '../../core/exec.ts';
import { execLean } from '../../platform/exec-lean.ts';
import { parseVersion } from '../version.ts';
import { locateChart } from './locate.ts';
import { readChart } from './read.ts';

const version = parseVersion('1.20.0');
let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'labctl-locate-'));
  vi.stubEnv('LABCTL_CACHE_DIR', join(root, 'cache'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true });
});

/** Stands in for helm: leaves an archive where it was told to. */
const helm =
  (asked: string[][]): Exec =>
  async (_file, args) => {
    asked.push([...args].slice(0, -1));
    writeFileSync(join(args.at(-1) ?? '', 'cilium-1.20.0.tgz'), 'chart');
    return { stdout: '', stderr: '', exitCode: 0 };
  };

describe('the place of a chart', () => {
  it.each([
    ['https://charts.example', ['cilium', '--repo', 'https://charts.example']],
    ['https://charts.example/cilium-1.20.0.tgz', ['https://charts.example/cilium-1.20.0.tgz']],
    ['oci://registry.example/charts/cilium', ['oci://registry.example/charts/cilium']],
    ['cilium/cilium', ['cilium/cilium']],
  ])('%s is what helm brings, once', async (place, words) => {
    const asked: string[][] = [];
    const first = await locateChart(helm(asked), place, version);
    expect(await locateChart(helm(asked), place, version)).toBe(first);
    expect(asked).toEqual([['pull', ...words, '--version', '1.20.0', '--destination']]);
    expect(readFileSync(first, 'utf8')).toBe('chart');
    await locateChart(helm(asked), place, parseVersion('1.19.0'));
    expect(asked).toHaveLength(2);
    await locateChart(helm(asked), 'other/cilium', version);
    expect(asked).toHaveLength(3);
  });

  it('on this machine is left alone, a mistyped one too', async () => {
    const asked: string[][] = [];
    mkdirSync(join(root, 'a/b'), { recursive: true });
    for (const place of [
      root,
      join(root, 'a/b'),
      join(root, 'gone.tgz'),
      'cilium.tgz',
      './gone',
      '../gone',
      'a/gone.tgz',
    ]) {
      expect(await locateChart(helm(asked), place, version)).toBe(place);
    }
    expect(asked).toEqual([]);
  });

  it('that helm does not reach is one error, and nothing is kept of it', async () => {
    const failing: Exec = async () => {
      throw new Error('helm pull: no such host');
    };
    await expect(locateChart(failing, 'https://charts.example', version)).rejects.toMatchObject({
      code: 'E_CHART_PULL',
      exitCode: 6,
      cause: expect.objectContaining({ message: expect.stringContaining('no such host') }),
      fix: expect.stringContaining('helm pull cilium --repo https://charts.example --version 1.20.0'),
    });
    expect(readdirSync(join(root, 'cache/charts'))).toEqual([]);
  });
});

const hasHelm = (process.env.PATH ?? '').split(delimiter).some((at) => existsSync(join(at, 'helm')));

describe.skipIf(!hasHelm)('a repository', () => {
  it('is asked by helm for the version that is wanted', async () => {
    const source = join(root, 'cilium');
    const served = join(root, 'served');
    mkdirSync(source);
    for (const each of ['1.19.0', '1.20.0']) {
      writeFileSync(join(source, 'Chart.yaml'), `apiVersion: v2\nname: cilium\nversion: ${each}\n`);
      await execLean('helm', ['package', source, '--destination', served]);
    }
    const server = createServer((request, response) => {
      const file = join(served, request.url ?? '');
      if (existsSync(file)) response.end(readFileSync(file));
      else response.writeHead(404).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      await execLean('helm', ['repo', 'index', served, '--url', url]);
      const chart = await readChart(execLean, await locateChart(execLean, url, parseVersion('1.19.0')));
      expect(chart).toMatchObject({ name: 'cilium', version: '1.19.0' });
      await expect(locateChart(execLean, url, parseVersion('1.18.0'))).rejects.toMatchObject({
        code: 'E_CHART_PULL',
        cause: expect.objectContaining({ message: expect.stringContaining('1.18.0') }),
      });
    } finally {
      server.close();
    }
  });
});
