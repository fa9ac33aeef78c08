import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { stateRoot } from './paths.ts';

/** Label of what a lab made beyond this machine's files, with `ownerMark` as its value. */
export const ownerLabel = 'labctl.dev/owner';

/**
 * Tells labs of one name apart that are recorded in different places: another user's, another machine's,
 * another LABCTL_STATE_DIR. Sixteen hexadecimal digits, as label values are short.
 */
export const ownerMark = (): string =>
  createHash('sha256').update(`${hostname()}:${stateRoot()}`).digest('hex').slice(0, 16);
