import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readOperand } from './read-operand.ts';

const never = new AbortController().signal;
const read = (path: string, stdin: Readable = Readable.from([])): Promise<string> =>
  readOperand(path, stdin, never);

describe('readOperand', () => {
  it('reads a file, and standard input for -', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'labctl-operand-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    writeFileSync(join(directory, 'a'), 'a: 1\n');
    expect(await read(join(directory, 'a'))).toBe('a: 1\n');
    expect(await read('-', Readable.from(['b:', ' 2']))).toBe('b: 2');
  });

  it.each(['', '/nowhere', '/tmp'])('refuses %j with exit 2', async (path) => {
    await expect(read(path)).rejects.toMatchObject({ code: 'E_INPUT', exitCode: 2 });
  });

  it('does not read without end', async () => {
    await expect(read('/dev/zero')).rejects.toMatchObject({ message: '/dev/zero is larger than 32 MiB' });
  });

  it('waits for a pipe no longer than until it is interrupted', async () => {
    const stop = new AbortController();
    const text = readOperand('-', new PassThrough(), stop.signal);
    stop.abort(new Error('interrupted'));
    await expect(text).rejects.toThrow('interrupted');
  });
});
