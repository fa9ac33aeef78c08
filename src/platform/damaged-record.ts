import { failure } from '../core/errors.ts';

/** E_RECORD: a file by which labctl knows its own cannot be read. */
export const damagedRecord = (path: string, why: string, cause?: unknown): Error =>
  failure('E_RECORD', `${path} is damaged: ${why}`, {
    ...(cause === undefined ? {} : { cause }),
    fix: 'labctl down works without it: it finds what is left by name',
  });
