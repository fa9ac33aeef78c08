import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { conflict, failure, messageOf } from '../core/errors.ts';
import type { Cidr4 } from '../core/ip.ts';
import { labPaths } from '../core/paths.ts';
import { damagedRecord } from '../platform/damaged-record.ts';
import { appendDurably, privateDirectory, readIfPresent, writeAtomic } from '../platform/fs.ts';
import type { MergedInto } from '../platform/user-kubeconfig.ts';
import type { ResolvedLab } from '../profile/resolved-lab.ts';

/** What a lab is and how far its making came. On disk before anything of the lab exists. */
export type AnyRecord = OwnerRecord | KindRecord | ExistingRecord;

interface RecordOfRuntime<Name extends string> {
  readonly schema: typeof ownerSchema;
  readonly lab: string;
  readonly runtime: Name;
  /** Everything but the state directory ends with a reboot. */
  readonly bootId: string;
  readonly createdAt: string;
  /** `creating` in a record that nobody holds the lock of: `up` died. */
  readonly phase: 'creating' | 'ready' | 'retained' | 'destroying';
  readonly resolved: ResolvedLab;
  readonly seconds?: number;
}

/** An embedded lab. */
export interface OwnerRecord extends RecordOfRuntime<'netns'> {
  /** As picked, where the input says `auto`. */
  readonly nodeCIDR: Cidr4;
}

/** A lab on a kind cluster. */
export interface KindRecord extends RecordOfRuntime<'kind'> {
  /** Local images that were built for it, as `repository:tag`. */
  readonly images: readonly string[];
  /** kind's network did not exist before. */
  readonly madeNetwork: boolean;
  /** The user's kubeconfig that has the cluster's entries too. */
  readonly merged?: MergedInto;
  /** Where Cilium is what moves its packets. */
  readonly cilium?: CiliumRecord;
}

/** Cilium as `up` installed it last. */
export interface CiliumRecord {
  readonly version: string;
  /** Where its chart was. */
  readonly chart: string;
}

/** A lab on a cluster that somebody else made. */
export interface ExistingRecord extends RecordOfRuntime<'existing'> {
  /** Local images that were built for it, as `repository:tag`. */
  readonly images: readonly string[];
  /** Names of the nodes when it came up. */
  readonly nodes: readonly string[];
  /** URL of the API server: whose cluster this is. */
  readonly server: string;
  readonly context: string;
  /** Network of the node containers; empty where nodes are something else. */
  readonly network: string;
}

/** One thing that is about to be made: written before the act. */
export interface JournalEntry {
  readonly kind:
    | 'namespace'
    | 'link'
    | 'cgroup'
    | 'mount'
    | 'directory'
    | 'process'
    | 'container'
    | 'image'
    | 'release';
  readonly names: readonly string[];
}

export const ownerSchema = 'labctl.dev/owner/v1';

const recordPath = (lab: string): string => join(labPaths(lab).state, 'owner.json');
export const journalPath = (lab: string): string => join(labPaths(lab).state, 'journal.jsonl');

export const currentBootId = (): string => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();

export async function writeOwnerRecord(record: AnyRecord): Promise<void> {
  await privateDirectory(labPaths(record.lab).state);
  await writeAtomic(recordPath(record.lab), `${JSON.stringify(record, null, 2)}\n`);
}

/** The record of an embedded lab, or undefined where none was written. */
export async function readOwnerRecord(lab: string): Promise<OwnerRecord | undefined> {
  const record = await readRecord(lab);
  if (record === undefined || record.runtime === 'netns') return record;
  throw conflict('E_RUNTIME', `lab ${lab} is one of runtime ${record.runtime}`, {
    fix: `use kubectl --kubeconfig ${join(labPaths(lab).state, 'kubeconfig')}, or another lab name`,
  });
}

/** The record of a lab of any runtime, or undefined where none was written. */
export async function readRecord(lab: string): Promise<AnyRecord | undefined> {
  const path = recordPath(lab);
  const text = await readIfPresent(path);
  if (text === undefined) return undefined;
  const value = parseRecord(text, path);
  if (value.schema !== ownerSchema) {
    throw failure(
      'E_RECORD_VERSION',
      `${path} has schema ${String(value.schema)}, this labctl knows ${ownerSchema}`,
      {
        fix: `labctl down --name ${lab} works without it`,
      },
    );
  }
  const missing = Object.entries(shape).flatMap(([field, fits]) => (fits(value[field]) ? [] : [field]));
  if (missing.length === 0) return value as unknown as AnyRecord;
  throw failure('E_RECORD', `${path} is damaged: it lacks ${missing.join(', ')}`, {
    fix: `labctl down --name ${lab} works without it: it finds what is left by name`,
  });
}

const runtimes: Readonly<Record<AnyRecord['runtime'], true>> = { netns: true, kind: true, existing: true };
const isText = (value: unknown): boolean => typeof value === 'string';

/** What every reader of a record relies on. */
const shape: Readonly<Record<string, (value: unknown) => boolean>> = {
  runtime: (value) => typeof value === 'string' && Object.hasOwn(runtimes, value),
  bootId: isText,
  createdAt: isText,
  phase: isText,
  resolved: (value) => typeof value === 'object' && value !== null && 'profile' in value && 'nodes' in value,
};

/** Says what is about to be made. Durable when it resolves, so `down` can tell what a killed `up` had begun. */
export async function intend(lab: string, entries: readonly JournalEntry[]): Promise<void> {
  const time = new Date().toISOString();
  const lines = entries.map((entry) => `${JSON.stringify({ time, ...entry })}\n`);
  await appendDurably(journalPath(lab), lines.join(''));
}

function parseRecord(text: string, path: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
    throw new Error('not an object');
  } catch (cause) {
    throw damagedRecord(path, messageOf(cause), cause);
  }
}
