import type { Kubectl } from '../../platform/kubectl.ts';
import type { ResolvedLab } from '../../profile/resolved-lab.ts';
import { systemNamespace } from '../kind/context.ts';

/** One thing that a lab does in a cluster, as the API server is asked whether it may. */
export interface Right {
  readonly verb: string;
  /** As `kubectl auth can-i` takes it: `daemonsets.apps`, `pods/exec`. */
  readonly resource: string;
  readonly namespace?: string;
}

const all = (verbs: readonly string[], resources: readonly string[], namespace?: string): Right[] =>
  resources.flatMap((resource) =>
    verbs.map((verb) => ({ verb, resource, ...(namespace === undefined ? {} : { namespace }) })),
  );

const slices = 'endpointslices.discovery.k8s.io';
const workloads = ['daemonsets.apps', 'deployments.apps'];
const roles = ['clusterroles.rbac.authorization.k8s.io', 'clusterrolebindings.rbac.authorization.k8s.io'];
const namespacedRoles = ['roles.rbac.authorization.k8s.io', 'rolebindings.rbac.authorization.k8s.io'];

/** What `up`, `verify` and `down` do. Who gives the agent rights must have them. */
const neededRights: readonly Right[] = [
  ...all(['list'], ['nodes', 'pods', 'services', 'daemonsets.apps']),
  ...all(['get', 'list', 'watch'], ['nodes', 'pods', 'services', slices]),
  ...all(['create', 'delete'], ['namespaces', ...roles]),
  ...all(
    ['create', 'patch', 'delete'],
    ['configmaps', 'secrets', 'serviceaccounts', ...workloads],
    systemNamespace,
  ),
  ...all(['create', 'patch', 'delete'], ['services', ...workloads], 'default'),
  ...all(['create'], ['pods/exec'], systemNamespace),
  ...all(['create'], ['pods/exec'], 'default'),
].filter((right, index, list) => list.findIndex((each) => nameOf(each) === nameOf(right)) === index);

/** Of labs whose operator gives nodes their pod networks: what it does, and `down` after it. */
const operatorRights: readonly Right[] = [
  ...all(['patch'], ['nodes']),
  ...all(['create'], ['events.events.k8s.io']),
  ...all(['create', 'delete'], namespacedRoles, systemNamespace),
  ...all(['create', 'get', 'update'], ['leases.coordination.k8s.io'], systemNamespace),
];

export const rightsOf = ({ ipam }: Pick<ResolvedLab, 'ipam'>): readonly Right[] =>
  ipam.mode === 'cluster-pool' ? [...neededRights, ...operatorRights] : neededRights;

/** The needed rights that the caller does not have, a line for each resource. One request each, one process for all. */
export async function missingRights(kubectl: Kubectl, needed: readonly Right[]): Promise<string[]> {
  const output = await kubectl.run(
    [
      ...['create', '--validate=false', '--filename', '-'],
      ...['--output', 'go-template={{.status.allowed}}{{"\\n"}}'],
    ],
    { input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: needed.map(reviewOf) }) },
  );
  const answers = output.trim().split('\n');
  return inWords(needed.filter((_, index) => answers[index] !== 'true'));
}

/** `create/delete namespaces`: all verbs that a resource lacks at once. */
export function inWords(rights: readonly Right[]): string[] {
  const verbsOf = new Map<string, string[]>();
  for (const right of rights) {
    const place = placeOf(right);
    verbsOf.set(place, [...(verbsOf.get(place) ?? []), right.verb]);
  }
  return [...verbsOf].map(([place, verbs]) => `${verbs.join('/')} ${place}`);
}

function reviewOf({ verb, resource, namespace }: Right): object {
  const [name = '', subresource] = resource.split('/');
  const [plural, ...group] = name.split('.');
  return {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: {
      resourceAttributes: {
        ...{ verb, resource: plural, group: group.join('.') },
        ...(subresource === undefined ? {} : { subresource }),
        ...(namespace === undefined ? {} : { namespace }),
      },
    },
  };
}

// Functions, not constants: the list above is made with them.
function placeOf({ resource, namespace }: Right): string {
  return `${resource}${namespace === undefined ? '' : ` in ${namespace}`}`;
}
function nameOf(right: Right): string {
  return `${right.verb} ${placeOf(right)}`;
}
