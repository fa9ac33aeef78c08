import { existsSync } from 'node:fs';
import { notFound } from '../core/errors.ts';
import { nearestWord } from '../core/nearest-word.ts';
import { labPaths } from '../core/paths.ts';
import { type ClusterDir, openClusterDir } from '../platform/cluster-dir.ts';
import { execLean } from '../platform/exec-lean.ts';
import type { ResolvedLab } from '../profile/resolved-lab.ts';
import { type NetnsRuntime, openNetnsRuntime } from '../runtime/netns/index.ts';
import { layoutOf } from './layout-of.ts';
import { type OwnerRecord, readOwnerRecord } from './owner-record.ts';
import { labsInstead, recordedLabs } from './records.ts';

export interface OpenLab {
  readonly name: string;
  readonly resolved: ResolvedLab;
  readonly record: OwnerRecord;
  readonly runtime: NetnsRuntime;
  readonly store: ClusterDir;
}

/** A lab that was brought up. E_NO_LAB (exit 4) where there is none of that name. */
export async function openLab(name: string): Promise<OpenLab> {
  const record = await readOwnerRecord(name);
  if (record === undefined || !existsSync(labPaths(name).cluster)) throw await noLab(name);
  const store = await openClusterDir(labPaths(name).cluster);
  const layout = layoutOf(record.resolved, record.nodeCIDR);
  return {
    name,
    resolved: record.resolved,
    record,
    runtime: openNetnsRuntime(layout, store, execLean),
    store,
  };
}

async function noLab(name: string): Promise<Error> {
  const labs = await recordedLabs();
  const nearest = nearestWord(name, labs);
  const [known = `labctl up --name ${name}`] = await labsInstead();
  return notFound('E_NO_LAB', `there is no lab ${name}`, {
    fix: nearest === undefined ? known : `did you mean ${nearest}?`,
  });
}
