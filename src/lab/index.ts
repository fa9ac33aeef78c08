/** The life of a lab: what the commands do, without how they show it. */
export type { LabContext } from './context.ts';
export type { CreateOptions, CreateReport } from './create.ts';
export type { DestroyReport } from './destroy.ts';
export { createLab, destroyLab, labLogs, labStatus, type OpenLab, openLab, planLab } from './lifecycle.ts';
export { type LabSummary, listLabs } from './list.ts';
export type { LabLog } from './logs.ts';
export type { ObjectChange } from './objects/change.ts';
export { applyManifests, deleteManifests, deleteObjects, getObjects } from './objects/index.ts';
export type { LabPlan } from './plan.ts';
export { isInPath, preflight } from './preflight.ts';
export { labsInstead } from './records.ts';
export type { LabStatus } from './status.ts';
export { verifiedLab } from './verified-lab.ts';
