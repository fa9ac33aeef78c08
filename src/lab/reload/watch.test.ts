import { mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { onSourceChanges } from './watch.ts';

let root: string;
let end: AbortController;
let calls: number;
let ended: Promise<void>;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'labctl-watch-'));
  mkdirSync(join(root, 'lib'));
  write('lib/nat.h', 'one');
  end = new AbortController();
  calls = 0;
  const react = async (): Promise<void> => {
    calls++;
  };
  ended = onSourceChanges(root, react, { signal: end.signal, quietMs: 20 });
  await expect.poll(() => calls).toBe(1);
});
afterEach(async () => {
  end.abort();
  await ended;
  rmSync(root, { recursive: true });
});

const write = (file: string, text: string): void => writeFileSync(join(root, file), text);
/** Much longer than the quiet that is waited for. */
const settled = (): Promise<void> => sleep(200);

describe('watching sources', () => {
  it.each([
    ['a written file', () => write('lib/nat.h', 'two')],
    ['a new file', () => write('lib/new.h', '')],
    ['a removed file', () => rmSync(join(root, 'lib/nat.h'))],
    [
      'a file that another one replaces, as editors save',
      () => {
        write('lib/.nat.h.tmp', 'two');
        renameSync(join(root, 'lib/.nat.h.tmp'), join(root, 'lib/nat.h'));
      },
    ],
  ])('sees %s, once', async (_, change) => {
    change();
    await expect.poll(() => calls).toBe(2);
    await settled();
    expect(calls).toBe(2);
  });

  it('sees files of a directory that is new', async () => {
    mkdirSync(join(root, 'include'));
    await settled();
    write('include/abi.h', '');
    await expect.poll(() => calls).toBe(2);
  });

  it('takes many changes at once for one', async () => {
    for (const text of ['a', 'b', 'c', 'd']) write('lib/nat.h', text);
    await settled();
    expect(calls).toBe(2);
  });

  it('does not mind what leaves the sources as they are', async () => {
    write('lib/nat.h', 'one');
    utimesSync(join(root, 'lib/nat.h'), 1, 1);
    write('lib/nat.h.swp', 'of an editor');
    await settled();
    expect(calls).toBe(1);
  });
});

describe('a change during the reaction', () => {
  it('is reacted to when that has ended', async () => {
    const seen: string[] = [];
    const other = new AbortController();
    const watching = onSourceChanges(
      root,
      async () => {
        seen.push('began');
        if (seen.length === 1) write('lib/nat.h', 'meanwhile');
        await sleep(50);
        seen.push('ended');
      },
      { signal: other.signal, quietMs: 20 },
    );
    await expect.poll(() => seen).toEqual(['began', 'ended', 'began', 'ended']);
    other.abort();
    await watching;
  });
});
