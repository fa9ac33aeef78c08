import { environmentError, usageError } from '../../core/errors.ts';
import type { Exec } from '../../core/exec.ts';
import { ciliumFindings } from './findings.ts';
import type { CiliumRequestWithChart } from './plan.ts';
import type { CiliumRequest } from './request.ts';

/**
 * What `up` asks before it makes anything, answered with all that it needs. Throws E_CILIUM_MISSING with every need
 * that is not met; the machine is as it was.
 */
export async function requireCilium(exec: Exec, request: CiliumRequest): Promise<CiliumRequestWithChart> {
  const { lab, chart } = request;
  if (lab.runtime !== 'kind' && lab.runtime !== 'auto') {
    throw usageError('E_CNI', `Cilium needs a cluster, and runtime ${lab.runtime} is not one of kind`, {
      fix: 'add --runtime kind',
    });
  }
  const failed = (await ciliumFindings(exec, request)).filter(({ state }) => state === 'failed');
  if (failed.length === 0 && chart !== undefined) {
    return { ...request, chart, lab: { ...lab, runtime: 'kind' } };
  }
  const unmet = failed.map(({ title, saw }) => `${title}: ${saw}`);
  throw environmentError('E_CILIUM_MISSING', `Cilium ${request.version}: ${unmet.join('; ')}`, {
    fix: failed.flatMap(({ fix }) => (fix === undefined ? [] : [fix])).join('; '),
    details: { version: request.version, findings: failed },
  });
}
