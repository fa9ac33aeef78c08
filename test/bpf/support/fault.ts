import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Built, bpfFlags } from '../../../src/agent/compile.ts';
import { bpfSources } from './datapath.ts';

/** The datapath with some helpers of the kernel replaced, as `helper(a,b)=(result)`. */
export function withFault(built: Built, ...defines: readonly string[]): Built {
  const directory = mkdtempSync(join(tmpdir(), 't-bpf-fault-'));
  const objects = Object.fromEntries(
    Object.keys(built.objects).map((name) => {
      const object = join(directory, `${name}.o`);
      const args = [...bpfFlags, '-w', ...defines.map((each) => `-D${each}`)];
      execFileSync('clang', [...args, '-c', `${name}.bpf.c`, '-o', object], { cwd: bpfSources });
      return [name, readFileSync(object)];
    }),
  );
  rmSync(directory, { recursive: true });
  return { ...built, objects };
}
