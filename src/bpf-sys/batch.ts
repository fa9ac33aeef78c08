import { errnoName } from './errors.ts';

const withoutBatch: ReadonlySet<string> = new Set(['EINVAL', 'ENOTSUPP', 'EOPNOTSUPP']);

/** Whether this is what kernels answer where a map type has no batch commands. */
export const isWithoutBatch = (errno: number): boolean => withoutBatch.has(errnoName(errno));

/** struct bpf_map_batch_opts without flags. */
export const batchOptions = Buffer.alloc(24);
batchOptions.writeBigUInt64LE(24n);
