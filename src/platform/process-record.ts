import { rm } from 'node:fs/promises';
import { readIfPresent, writeAtomic } from './fs.ts';
import { isAlive, type ProcessId } from './process.ts';

/** Notes which process does a job, so that a later program can adopt or end it. */
export const recordProcess = (path: string, process: ProcessId): Promise<void> =>
  writeAtomic(path, `${JSON.stringify(process)}\n`);

/** The recorded process if it still runs. */
export async function recordedProcess(path: string): Promise<ProcessId | undefined> {
  const text = await readIfPresent(path);
  const found = text === undefined ? undefined : parse(text);
  return found !== undefined && isAlive(found) ? found : undefined;
}

export const forgetProcess = (path: string): Promise<void> => rm(path, { force: true });

function parse(text: string): ProcessId | undefined {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) return undefined;
  if (!('pid' in value) || !('startTime' in value)) return undefined;
  const { pid, startTime } = value;
  return typeof pid === 'number' && typeof startTime === 'string' ? { pid, startTime } : undefined;
}
