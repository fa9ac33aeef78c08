import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import { $, sleep } from 'zx';

/** A kind cluster with kube-proxy that the table of cases is applied to. */
export interface CaseCluster {
  readonly name: string;
  readonly kubeconfig: string;
}

export interface ApiObject {
  readonly apiVersion?: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** The table names the nodes of this cluster. */
export const captureCluster = 'kp-capture';
const namespace = 'cases';
const readings = 40;
const betweenReadingsMs = 3000;

/** Applies the table, its nodes named as this cluster's are. */
export async function applyCases(cluster: CaseCluster, file: string): Promise<void> {
  const text = readFileSync(file, 'utf8').replaceAll(`${captureCluster}-`, `${cluster.name}-`);
  const $in = shellOf(cluster);
  await $in({ input: text })`kubectl apply --server-side -f -`;
  // Status is a subresource: `apply` ignores it, so it is patched after.
  for (const document of parseAllDocuments(text)) {
    const object = document.toJS() as ApiObject;
    if (object.status === undefined) continue;
    const patch = JSON.stringify({ status: object.status });
    const { name } = object.metadata;
    await $in`kubectl -n ${namespace} patch service ${name} --subresource=status --type=merge -p ${patch}`;
  }
}

export const removeCases = (cluster: CaseCluster): Promise<unknown> =>
  shellOf(cluster)`kubectl delete namespace ${namespace} --ignore-not-found`;

/** A node's rules once two readings in a row differ in nothing but counters and dates. */
export async function settledRules(node: string): Promise<string> {
  const bare = (text: string): string => text.replace(/^#.*$/gm, '').replace(/\[\d+:\d+\]/g, '');
  let last = '';
  for (let reading = 0; reading < readings; reading++) {
    const { stdout } = await $`docker exec ${node} iptables-save`;
    if (stdout.includes(`${namespace}/three`) && bare(stdout) === bare(last)) return stdout;
    last = stdout;
    await sleep(betweenReadingsMs);
  }
  throw new Error('the rules of kube-proxy did not settle within 2 minutes');
}

/** A shell whose kubectl asks this cluster. */
export const shellOf = ({ kubeconfig }: CaseCluster) =>
  $({ env: { ...process.env, KUBECONFIG: kubeconfig } });
