import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { schemaId } from './lab-schema.ts';
import { resolveLab } from './resolve.ts';
import { settings } from './settings.ts';

const starter = readFileSync(new URL('../../templates/lab/starter.labctl.yaml', import.meta.url), 'utf8');
const complete = starter.replaceAll(/^#(?= {2}\S| {4,}\S)/gm, '');
const resolved = (text: string): ReturnType<typeof resolveLab> =>
  resolveLab({ file: { name: 'starter', text } });

describe('starter lab file', () => {
  it('is a valid lab, the same as no lab file at all', () => {
    expect(resolved(starter).lab).toEqual(resolveLab({}).lab);
  });

  it('is as valid with every line in force, and its comments tell the truth', () => {
    expect(resolved(complete).lab).toEqual(resolveLab({}).lab);
  });

  it('shows every setting', () => {
    const { origins } = resolved(complete);
    const silent = settings.filter(({ path }) => origins[path]?.source !== 'file').map(({ path }) => path);
    expect(silent).toEqual([]);
  });

  it('points editors at the schema', () => {
    expect(starter.split('\n')[0]).toBe(`# yaml-language-server: $schema=${schemaId}`);
  });
});
