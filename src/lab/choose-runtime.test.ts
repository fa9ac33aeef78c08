import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Exec } from '../core/exec.ts';
import { chooseRuntime } from './choose-runtime.ts';

const answering =
  (exitCode: number): Exec =>
  async () => ({ stdout: '', stderr: '', exitCode });
const neverAsked: Exec = () => Promise.reject(new Error('no engine is to be asked'));

beforeEach(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'labctl-tools-'));
  for (const tool of ['docker', 'kind', 'helm', 'kubectl']) {
    await writeFile(join(directory, tool), '#!/bin/sh\n', { mode: 0o755 });
  }
  vi.stubEnv('PATH', directory);
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    await rm(directory, { recursive: true });
  });
});

describe('runtime auto', () => {
  it('is namespaces for root, whatever else is there', async () => {
    expect(await chooseRuntime(neverAsked, true)).toEqual({ runtime: 'netns', why: 'you are root' });
  });

  it('is kind for others where the engine answers', async () => {
    expect((await chooseRuntime(answering(0), false)).runtime).toBe('kind');
  });

  it('is namespaces where the engine does not answer', async () => {
    const { runtime, why } = await chooseRuntime(answering(1), false);
    expect(runtime).toBe('netns');
    expect(why).toContain('no container engine answers');
  });

  it('names the tools that kind lacks', async () => {
    vi.stubEnv('PATH', '/nonexistent');
    const { runtime, why } = await chooseRuntime(neverAsked, false);
    expect(runtime).toBe('netns');
    expect(why).toContain('lacks docker, kind, helm, kubectl');
  });
});
