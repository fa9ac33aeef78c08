import { environmentError, usageError } from '../../core/errors.ts';
import type { Exec } from '../../core/exec.ts';
import { ciliumFindings } from './findings.ts';
import type { CiliumRequest } from './request.ts';

/**
 * What `up` asks before it makes anything. Throws E_CILIUM_MISSING with every need that is not met; the machine is
 * as it was.
 */
export async function requireCilium(exec: Exec, request: CiliumRequest): Promise<void> {
  const { lab } = request;
  if (lab.runtime !== 'kind' && lab.runtime !== 'auto') {
    throw usageError('E_CNI', `Cilium needs a cluster, and runtime ${lab.runtime} is not one of kind`, {
      fix: 'add --runtime kind',
    });
  }
  const failed = (await ciliumFindings(exec, request)).filter(({ state }) => state === 'failed');
  if (failed.length === 0) return;
  const unmet = failed.map(({ title, saw }) => `${title}: ${saw}`);
  throw environmentError('E_CILIUM_MISSING', `Cilium ${request.version}: ${unmet.join('; ')}`, {
    fix: failed.flatMap(({ fix }) => (fix === undefined ? [] : [fix])).join('; '),
    details: { version: request.version, findings: failed },
  });
}

/** Until `up` installs Cilium itself: how it is done with what labctl renders. Always throws E_CNI. */
export function refuseInstall({ lab, version, chart, observe }: CiliumRequest): never {
  const asked = `--cni cilium --runtime kind --profile ${lab.profile} --name ${lab.name} --cilium-version ${version}`;
  throw usageError('E_CNI', 'chart and images are here, but up does not install Cilium yet', {
    fix: [
      `labctl render ${asked} --observe ${observe} --dir rendered`,
      'kind create cluster --config rendered/kind.yaml',
      `kind load docker-image (see labctl images list) --name ${lab.name}`,
      `helm install cilium ${chart?.place ?? 'cilium/cilium'} -n kube-system -f rendered/values.yaml with the values of labctl images load`,
    ].join('; '),
  });
}
