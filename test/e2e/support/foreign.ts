import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sh } from './cli.ts';

/** Compiles programs that stand for somebody else's; the path of the object. */
export async function compileForeign(directory: string): Promise<string> {
  const source = fileURLToPath(new URL('./foreign.bpf.c', import.meta.url));
  const object = join(directory, 'foreign.o');
  const include = `/usr/include/${(await sh('uname', '-m')).trim()}-linux-gnu`;
  await sh('clang', '-g', '-O2', '-target', 'bpf', '-idirafter', include, '-c', source, '-o', object);
  return object;
}
