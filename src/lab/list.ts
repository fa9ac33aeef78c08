import { LabError } from '../core/errors.ts';
import { labsWithCgroup } from '../platform/cgroup.ts';
import { formatAge } from './age.ts';
import { labStatus } from './lifecycle.ts';
import { readRecord } from './owner-record.ts';
import { recordedLabs } from './records.ts';

export interface LabSummary {
  readonly name: string;
  readonly profile: string;
  readonly runtime: string;
  readonly state: string;
  readonly nodes: number;
  readonly age: string;
}

/** All labs of this machine: those with a record, and those of which only parts are left. */
export async function listLabs(): Promise<LabSummary[]> {
  const names = [...new Set([...(await recordedLabs()), ...labsWithCgroup()])].sort();
  return Promise.all(names.map(summary));
}

async function summary(name: string): Promise<LabSummary> {
  try {
    const record = await readRecord(name);
    const { state } = await labStatus(name);
    if (record === undefined) return { ...unknown, name, state };
    const { resolved, createdAt } = record;
    return {
      name,
      profile: resolved.profile,
      runtime: record.runtime,
      state,
      nodes: resolved.nodes.controlPlanes + resolved.nodes.workers,
      age: formatAge(Date.now() - Date.parse(createdAt)),
    };
  } catch (error) {
    if (error instanceof LabError) return { ...unknown, name, state: error.code };
    throw error;
  }
}

const unknown = { profile: '?', runtime: 'netns', nodes: 0, age: '?' };
