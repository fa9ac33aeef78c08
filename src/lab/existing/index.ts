/** The life of a lab in a cluster that somebody else made. */
export { createExistingLab } from './create.ts';
export { destroyExistingLab } from './destroy.ts';
export { openExistingLab } from './open.ts';
export { planExistingLab } from './plan.ts';
export { existingStatus } from './status.ts';
