import { join } from 'node:path';
import { environmentError, messageOf, notFound } from '../../core/errors.ts';
import type { Exec } from '../../core/exec.ts';
import { inTemporary, writeAtomic } from '../../platform/fs.ts';
import { type Kubectl, kubectlFor } from '../../platform/kubectl.ts';
import type { ExistingCluster } from '../../profile/resolved-lab.ts';

/** The cluster that was asked for, by a kubeconfig of its own that names nothing else. */
export interface Connection {
  readonly context: string;
  /** URL of the API server. */
  readonly server: string;
  /** Text of the kubeconfig, credentials included. */
  readonly text: string;
}

type Wanted = Pick<ExistingCluster, 'context' | 'kubeconfig'>;

/**
 * One context of the user's kubeconfig, alone: whoever switches contexts later does not move the lab.
 * Exec plug-ins and tokens stay as they are.
 */
export async function connect(exec: Exec, { context, kubeconfig }: Wanted): Promise<Connection> {
  const { stdout, stderr, exitCode } = await exec(
    'kubectl',
    [
      ...['config', 'view', '--minify', '--flatten', '--raw', '--output', 'json'],
      ...(context === '' ? [] : ['--context', context]),
      ...(kubeconfig === '' ? [] : ['--kubeconfig', kubeconfig]),
    ],
    { allowFailure: true },
  );
  if (exitCode !== 0) {
    throw notFound('E_NO_CONTEXT', `no cluster to take: ${stderr.trim().replace(/^error: /, '')}`, {
      fix: 'name one with --context (and --kubeconfig); kubectl config get-contexts lists them',
    });
  }
  const view = JSON.parse(stdout) as {
    readonly 'current-context': string;
    readonly clusters: readonly { readonly cluster: { readonly server: string } }[] | null;
  };
  return {
    context: view['current-context'],
    server: view.clusters?.[0]?.cluster.server ?? '',
    text: stdout,
  };
}

/** Lends a kubectl for the cluster before anything of a lab is on disk. */
export const withConnection = <T>(
  exec: Exec,
  { text }: Connection,
  use: (kubectl: Kubectl) => Promise<T>,
): Promise<T> =>
  inTemporary('kubeconfig', async (directory) => {
    const file = join(directory, 'kubeconfig');
    await writeAtomic(file, text);
    return await use(kubectlFor(exec, file));
  });

/** E_CLUSTER (exit 6) with the client's own words where the API server does not answer. */
export async function requireAnswer(
  kubectl: Kubectl,
  { context, server }: Connection,
  fix = 'start the cluster, or name another one with --context',
): Promise<void> {
  try {
    await kubectl.run(['get', '--raw', '/readyz', '--request-timeout', '10s']);
  } catch (cause) {
    const said = messageOf(cause).split('\n').at(-1) ?? '';
    throw environmentError('E_CLUSTER', `context ${context}: ${server} does not answer: ${said}`, {
      cause,
      fix,
    });
  }
}
