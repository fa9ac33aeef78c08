import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { identify } from './process.ts';
import { recordedProcess, recordProcess } from './process-record.ts';

describe('process records', () => {
  let directory: string;
  const path = (): string => join(directory, 'some.pid');
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'labctl-process-record-'));
  });
  afterAll(() => rm(directory, { recursive: true }));

  it('give a process back while it runs', async () => {
    expect(await recordedProcess(path())).toBeUndefined();
    const own = identify(process.pid);
    if (own === undefined) throw new Error('this process has no id');
    await recordProcess(path(), own);
    expect(await recordedProcess(path())).toEqual(own);
    await recordProcess(path(), { ...own, startTime: '1' });
    expect(await recordedProcess(path())).toBeUndefined();
  });

  it.each(['', 'garbage', 'null', '[1]', '{"pid":1}', '{"pid":"1","startTime":"2"}'])(
    'that are damaged are refused: %s',
    async (text) => {
      await writeFile(path(), text);
      await expect(recordedProcess(path())).rejects.toMatchObject({
        ...{ code: 'E_RECORD', fix: expect.stringContaining('labctl down') },
      });
    },
  );
});
