import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { agentImage, labImage, stageContext } from './images.ts';

const project = {
  'package.json': '{}',
  'templates/image/agent.Dockerfile': 'FROM base\n',
  'templates/image/demo.Dockerfile': 'FROM base\n',
  'templates/image/labctl-probe': '#!/bin/sh\n',
  'dist/demo-server.js': 'import { a } from "./chunks/used-1.js";\n',
  'dist/probe-client.js': 'const b = await import("./chunks/lazy-2.js");\n',
  'dist/chunks/used-1.js': 'import "./deep-3.js";\n',
  'dist/chunks/deep-3.js': '',
  'dist/chunks/lazy-2.js': '',
  'dist/chunks/stale-4.js': 'of an earlier build',
};

describe('image of the lab', () => {
  let root: string;
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'labctl-image-'));
    for (const [path, text] of Object.entries(project)) write(path, text);
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('holds its programs with every chunk that they reach, and no chunk of an earlier build', async () => {
    const { files } = await labImage('demo', root);
    expect(files.filter((file) => file.includes('chunks'))).toEqual([
      'dist/chunks/deep-3.js',
      'dist/chunks/lazy-2.js',
      'dist/chunks/used-1.js',
    ]);
  });

  it.each([
    ['a chunk', 'dist/chunks/deep-3.js', true],
    ['its Dockerfile', 'templates/image/demo.Dockerfile', true],
    ["another image's Dockerfile", 'templates/image/agent.Dockerfile', false],
    ['what does not go in', 'dist/chunks/stale-4.js', false],
  ])('has another tag when %s changes: %s', async (_, path, changes) => {
    const { tag } = await labImage('demo', root);
    write(path, 'changed');
    expect((await labImage('demo', root)).tag !== tag).toBe(changes);
  });

  it('of agents is another one with a compiler, made of the same files', async () => {
    for (const file of ['dist/agent.js', 'dist/operator.js', 'bpf/lab_lxc.bpf.c', 'cni/labctl-cni.c'])
      write(file, '');
    for (const tree of ['koffi', '@koromix']) write(`node_modules/${tree}/index.js`, '');
    const [plain, dev] = await Promise.all(
      [false, true].map((each) => agentImage({ agent: { dev: each } }, root)),
    );
    expect(dev).toEqual({
      ...plain,
      name: 'agent-dev',
      tag: `${plain?.tag}-dev`,
      reference: `${plain?.reference}-dev`,
    });
  });

  it('stages its Dockerfile and what goes in, and nothing of another image', async () => {
    const to = join(root, 'context');
    await stageContext([await labImage('demo', root)], to, root);
    expect(readdirSync(to).sort()).toEqual(['demo', 'demo.Dockerfile']);
    expect(readdirSync(join(to, 'demo', 'dist')).sort()).toEqual([
      'chunks',
      'demo-server.js',
      'probe-client.js',
    ]);
  });
});
