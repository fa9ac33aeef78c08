import { failure, messageOf } from '../core/errors.ts';
import type { Exec, ExecOptions } from '../core/exec.ts';

/** What `get` answers for several objects. */
export interface KubernetesList<T> {
  readonly items: readonly T[];
}

/** kubectl bound to one cluster: its own kubeconfig file, never the user's current context. */
export interface Kubectl {
  readonly run: (args: readonly string[], options?: ExecOptions) => Promise<string>;
  readonly json: <T>(args: readonly string[]) => Promise<T>;
  /** The command line, for programs that must own the streams. */
  readonly argv: (args: readonly string[]) => readonly string[];
}

export function kubectlFor(exec: Exec, kubeconfig: string): Kubectl {
  const argv = (args: readonly string[]): string[] => ['--kubeconfig', kubeconfig, ...args];
  const run: Kubectl['run'] = async (args, options) => (await exec('kubectl', argv(args), options)).stdout;
  return {
    run,
    argv,
    json: async <T>(args: readonly string[]): Promise<T> => {
      const text = await run([...args, '--output', 'json']);
      try {
        return JSON.parse(text) as T;
      } catch (cause) {
        throw failure('E_KUBECTL', `kubectl ${args.join(' ')}: no JSON: ${messageOf(cause)}`, { cause });
      }
    },
  };
}
