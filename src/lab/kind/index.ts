/** The life of a lab on a kind cluster. */
export { createKindLab } from './create.ts';
export { destroyKindLab } from './destroy.ts';
export { kindLogs } from './logs.ts';
export { openKindLab } from './open.ts';
export { clusterOwnership } from './ownership.ts';
export { planKindLab } from './plan.ts';
export { kindStatus } from './status.ts';
