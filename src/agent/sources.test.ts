import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sourcesPlace } from '../core/reload.ts';
import { keepSources, sourcesAt, sourcesOf, useSources } from './sources.ts';

let run: string;
beforeEach(() => {
  run = mkdtempSync(join(tmpdir(), 'labctl-run-'));
});
afterEach(() => rmSync(run, { recursive: true }));

const bpf = '/opt/labctl/bpf';
const one = { 'lab_lxc.bpf.c': 'one', 'lib/nat.h': 'nat' };
const two = { ...one, 'lib/nat.h': 'another' };

describe('sources of an agent', () => {
  it('are its own until others are used, kept or not', async () => {
    expect(await sourcesOf({ run, bpf })).toBe(bpf);
    const name = await keepSources(run, one);
    expect(await sourcesOf({ run, bpf })).toBe(bpf);
    await useSources(run, name);
    expect(await sourcesOf({ run, bpf })).toBe(sourcesAt(run, name));
    expect(readFileSync(join(sourcesAt(run, name), 'lib/nat.h'), 'utf8')).toBe('nat');
  });

  it('are called by what they say', async () => {
    const name = await keepSources(run, one);
    expect(await keepSources(run, Object.fromEntries(Object.entries(one).reverse()))).toBe(name);
    expect(await keepSources(run, two)).not.toBe(name);
  });

  it('are its own again under another image, which brings newer ones', async () => {
    await useSources(run, await keepSources(run, one), 'agent:1');
    expect(await sourcesOf({ run, bpf }, 'agent:1')).not.toBe(bpf);
    expect(await sourcesOf({ run, bpf }, 'agent:2')).toBe(bpf);
  });

  it('do not pile up', async () => {
    await useSources(run, await keepSources(run, one));
    const name = await keepSources(run, two);
    await useSources(run, name);
    expect(readdirSync(sourcesPlace(run)).sort()).toEqual([name, 'current.json'].sort());
  });

  it('are nothing else than sources', async () => {
    await expect(keepSources(run, { '../agent.json': '{}' })).rejects.toMatchObject({ code: 'E_USAGE' });
    await expect(useSources(run, 'nothing')).rejects.toMatchObject({ code: 'E_USAGE' });
  });
});
