/** The life of a lab: what the commands do, without how they show it. */
export type { LabContext } from './context.ts';
export { type CreateOptions, type CreateReport, createLab } from './create.ts';
export { type DestroyReport, destroyLab } from './destroy.ts';
export { type LabSummary, listLabs } from './list.ts';
export { type LabLog, labLogs } from './logs.ts';
export type { ObjectChange } from './objects/change.ts';
export { applyManifests, deleteManifests, deleteObjects, getObjects } from './objects/index.ts';
export { type OpenLab, openLab } from './open.ts';
export { type LabPlan, planLab } from './plan.ts';
export { isInPath, preflight } from './preflight.ts';
export { type LabStatus, labStatus } from './status.ts';
