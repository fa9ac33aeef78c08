import type { CheckResult, VerifyLab } from '../checks/index.ts';
import { usageError } from '../core/errors.ts';
import type { CommandContext } from './command.ts';

/** What cilium-cli finds in the same lab, once it is asked. E_CNI where there is no Cilium, before anything is run. */
export function cliChecks(
  { name, cilium }: Pick<VerifyLab, 'name' | 'cilium'>,
  { exec, signal }: CommandContext,
): () => Promise<readonly CheckResult[]> {
  if (cilium === undefined) {
    throw usageError('E_CNI', `lab ${name} has no Cilium to test`, { fix: 'leave --connectivity-test out' });
  }
  return async () => {
    const [{ checksOfCli }, { connectivityTest }] = await Promise.all([
      import('../checks/index.ts'),
      import('../lab/cilium/connectivity-test.ts'),
    ]);
    return checksOfCli(await connectivityTest(exec, name, signal));
  };
}
