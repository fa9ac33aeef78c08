import { existsSync } from 'node:fs';
import type { Exec } from '../../core/exec.ts';
import { labPaths } from '../../core/paths.ts';
import { listContainers } from '../../platform/docker.ts';
import { kindContainers } from '../../platform/kind.ts';
import type { LabContext, ProgressStep } from '../context.ts';
import { type AnyRecord, readRecord } from '../owner-record.ts';
import { listRecords } from '../records.ts';
import { type KindDown, labLabel } from './context.ts';
import { kindSteps } from './steps/index.ts';

/** Undoes every step of `up` in reverse. */
export async function removeKindLab(lab: string, { exec, progress }: LabContext): Promise<void> {
  const record = await readRecord(lab);
  const isKind = record?.runtime === 'kind';
  const madeNetwork = isKind && record.madeNetwork;
  const merged = isKind && record.merged !== undefined ? { merged: record.merged } : {};
  const down: KindDown = { lab, exec, images: await imagesOnlyOf(lab), madeNetwork, ...merged };
  const undos = kindSteps.flatMap((step): ProgressStep<KindDown>[] =>
    step.undo === undefined ? [] : [{ title: step.undo.title, run: step.undo.run }],
  );
  await progress(undos.reverse(), down);
}

/** What there is of a lab, one line each. */
export async function kindRemains(exec: Exec, lab: string): Promise<string[]> {
  const [nodes, others] = await Promise.all([
    kindContainers(exec, lab),
    listContainers(exec, [`${labLabel}=${lab}`]),
  ]);
  const { state } = labPaths(lab);
  return [
    ...[...nodes, ...others].map(({ name }) => `container ${name}`),
    ...(await imagesOnlyOf(lab)).map((reference) => `image ${reference}`),
    ...(existsSync(state) ? [`directory ${state}`] : []),
  ];
}

/** Labs of the same sources share their images: the last one takes them along. */
export async function imagesOnlyOf(lab: string): Promise<readonly string[]> {
  const own = imagesOf(await readRecord(lab));
  const others = (await listRecords()).filter((record) => record.lab !== lab).flatMap(imagesOf);
  return own.filter((image) => !others.includes(image));
}

const imagesOf = (record: AnyRecord | undefined): readonly string[] =>
  record === undefined || record.runtime === 'netns' ? [] : record.images;
