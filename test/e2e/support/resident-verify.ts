import type { Report } from '../../../src/checks/report/report.ts';
import { verify } from '../../../src/checks/verify.ts';
import { openLab, verifiedLab } from '../../../src/lab/index.ts';

/** Runs checks by the patterns of their ids. */
export type ResidentVerify = (only: readonly string[]) => Promise<Report>;

/**
 * What `labctl verify` does, in this process: those that read the nodes' kernels stay from one question to the
 * next. The lab is opened by the first.
 */
export function residentVerify(lab: string): ResidentVerify {
  let opened: ReturnType<typeof openLab> | undefined;
  return async (only) => {
    opened ??= openLab(lab);
    const open = await opened;
    return await verify(open.runtime, verifiedLab(open), { only });
  };
}
