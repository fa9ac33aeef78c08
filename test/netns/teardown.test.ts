import { existsSync, mkdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { mountBpffs } from '../../src/bpf-sys/index.ts';
import { labPaths } from '../../src/core/paths.ts';
import { execLean } from '../../src/platform/exec-lean.ts';
import { removeRunDirectory } from '../../src/runtime/netns/index.ts';

test('a run directory that still has a mount is removed', async () => {
  const { run, bpffs } = labPaths('t-busy');
  mkdirSync(bpffs, { recursive: true });
  mountBpffs(bpffs);
  await removeRunDirectory(execLean, 't-busy');
  expect(existsSync(run)).toBe(false);
});
