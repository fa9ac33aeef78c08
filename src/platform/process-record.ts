import { rm } from 'node:fs/promises';
import { damagedRecord } from './damaged-record.ts';
import { readIfPresent, writeAtomic } from './fs.ts';
import { isAlive, type ProcessId } from './process.ts';

/** Notes which process does a job, so that a later program can adopt or end it. */
export const recordProcess = (path: string, process: ProcessId): Promise<void> =>
  writeAtomic(path, `${JSON.stringify(process)}\n`);

/**
 * The recorded process if it still runs. A damaged record is an error, not an absence: a second process
 * beside one that nobody knows would do more harm.
 */
export async function recordedProcess(path: string): Promise<ProcessId | undefined> {
  const text = await readIfPresent(path);
  if (text === undefined) return undefined;
  const found = parse(text);
  if (found === undefined) {
    throw damagedRecord(path, 'it names no process');
  }
  return isAlive(found) ? found : undefined;
}

export const forgetProcess = (path: string): Promise<void> => rm(path, { force: true });

function parse(text: string): ProcessId | undefined {
  const { pid, startTime } = asObject(text);
  return typeof pid === 'number' && typeof startTime === 'string' ? { pid, startTime } : undefined;
}

function asObject(text: string): Partial<Record<keyof ProcessId, unknown>> {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}
