import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bpfFlags } from '../../src/agent/compile.ts';
import {
  inNamespace,
  mountBpffs,
  type ObjectFile,
  openObject,
  unmountBpffs,
} from '../../src/bpf-sys/index.ts';

/** A bpffs of this test run. */
export interface ScratchBpffs {
  readonly path: string;
  remove(): void;
}

export function scratchBpffs(): ScratchBpffs {
  const path = mkdtempSync(join(tmpdir(), 't-sys-bpffs-'));
  mountBpffs(path);
  return {
    path,
    remove() {
      unmountBpffs(path);
      rmdirSync(path);
    },
  };
}

let compiled: Buffer | undefined;

/** The objects of sys-fixture.bpf.c, with the constant that its programs answer. */
export function openFixture(answer = 7): ObjectFile {
  compiled ??= compile();
  const object = openObject(compiled, 'sys-fixture');
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(answer);
  object.write('.rodata.config', 0, bytes);
  return object;
}

function compile(): Buffer {
  const directory = mkdtempSync(join(tmpdir(), 't-sys-object-'));
  const output = join(directory, 'fixture.o');
  const source = join(import.meta.dirname, 'sys-fixture.bpf.c');
  execFileSync('clang', [...bpfFlags, '-Wno-unused-parameter', '-c', source, '-o', output]);
  const bytes = readFileSync(output);
  rmSync(directory, { recursive: true });
  return bytes;
}

/** A network namespace with a veth pair whose other end is in it too; removed with all it holds. */
export function scratchNamespace(name: string): { readonly path: string; remove(): void } {
  const ip = (...args: string[]): void => void execFileSync('ip', args, { stdio: 'pipe' });
  ip('netns', 'add', name);
  // No packets but those of the test.
  inNamespace(`/run/netns/${name}`, () => {
    for (const which of ['all', 'default'])
      writeFileSync(`/proc/sys/net/ipv6/conf/${which}/disable_ipv6`, '1');
    return undefined;
  });
  ip('-n', name, 'link', 'set', 'lo', 'up');
  ip('-n', name, 'link', 'add', 'near', 'type', 'veth', 'peer', 'name', 'far');
  for (const device of ['near', 'far']) ip('-n', name, 'link', 'set', device, 'up');
  return { path: `/run/netns/${name}`, remove: () => ip('netns', 'del', name) };
}
