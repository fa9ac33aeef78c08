import { readdir } from 'node:fs/promises';
import { LabError } from '../core/errors.ts';
import { isLabName } from '../core/lab-name.ts';
import { stateRoot } from '../core/paths.ts';
import { isErrno } from '../platform/fs.ts';
import { type AnyRecord, readRecord } from './owner-record.ts';

/** Names of all labs that have a state directory, readable record or not. */
export async function recordedLabs(): Promise<string[]> {
  try {
    const entries = await readdir(stateRoot(), { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() && isLabName(entry.name))
      .map((entry) => entry.name)
      .sort();
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return [];
    throw error;
  }
}

/** For somebody who named a lab that is not there; nothing where there is none at all. */
export async function labsInstead(): Promise<string[]> {
  const labs = await recordedLabs();
  return labs.length === 0 ? [] : [`labs: ${labs.join(', ')}`];
}

/** All records that can be read; a damaged one of another lab is no reason to fail. */
export async function listRecords(): Promise<AnyRecord[]> {
  const found = await Promise.all((await recordedLabs()).map(readable));
  return found.filter((record) => record !== undefined);
}

async function readable(lab: string): Promise<AnyRecord | undefined> {
  try {
    return await readRecord(lab);
  } catch (error) {
    if (error instanceof LabError) return undefined;
    throw error;
  }
}
