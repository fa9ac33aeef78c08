import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { guardOutput } from './output-streams.ts';

/** A stream that fails every write with an error of the system; without one it takes all. */
function stream(code?: string): NodeJS.WriteStream {
  const write = (_: unknown, __: unknown, done: (error?: Error) => void): void =>
    done(code === undefined ? undefined : Object.assign(new Error(`${code}: no`), { code }));
  return new Writable({ write, autoDestroy: false }) as unknown as NodeJS.WriteStream;
}

describe('guardOutput', () => {
  it.each([
    ['all is written', undefined, undefined, undefined],
    ['the reader has seen enough', 'EPIPE', undefined, undefined],
    ['nobody can read messages', undefined, 'ENOSPC', undefined],
    ['the result is lost', 'ENOSPC', undefined, { code: 'E_OUTPUT', exitCode: 1, fix: expect.any(String) }],
  ])('where %s', async (_, out, err, expected) => {
    const [stdout, stderr] = [stream(out), stream(err)];
    const output = guardOutput(stdout, stderr);
    stdout.write('result');
    stderr.write('message');
    const lost = await output.flushed();
    if (expected === undefined) expect(lost).toBeUndefined();
    else expect(lost).toMatchObject(expected);
  });
});
