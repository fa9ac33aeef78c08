import type { ResolvedLab } from '../../../profile/resolved-lab.ts';
import { labLabel, systemNamespace } from '../../kind/context.ts';
import type { ClusterFacts, WorkloadSet } from '../facts.ts';
import { isOurs, type Refusal } from './rule.ts';

export function takenNamespace(facts: ClusterFacts, lab: ResolvedLab): Refusal[] {
  const found = facts.namespaces.find(({ metadata }) => metadata.name === systemNamespace);
  if (found === undefined || isOurs(facts, lab)) return [];
  const owner = found.metadata.labels?.[labLabel];
  return [
    {
      what: `namespace ${systemNamespace} belongs to ${owner === undefined ? 'somebody else' : `lab ${owner}`}`,
      fix:
        owner === undefined
          ? 'a cluster takes one lab: remove it first'
          : `labctl down --name ${owner}, where that lab is recorded`,
    },
  ];
}

/** Objects of the demo that stand already without being this lab's, and its port in the hands of another Service. */
export function takenByDemo(
  { services, daemonSets, deployments }: ClusterFacts,
  lab: ResolvedLab,
): Refusal[] {
  if (!lab.demo.enabled) return [];
  const isForeign = (
    { metadata }: { readonly metadata: WorkloadSet['metadata'] },
    names: readonly string[],
  ): boolean =>
    metadata.namespace === 'default' &&
    names.includes(metadata.name) &&
    metadata.labels?.[labLabel] !== lab.name;
  const standing = [
    ...services
      .filter((each) => isForeign(each, ['demo', 'hello']))
      .map(({ metadata }) => `Service ${metadata.name}`),
    ...daemonSets
      .filter((each) => isForeign(each, ['demo']))
      .map(({ metadata }) => `DaemonSet ${metadata.name}`),
    ...deployments
      .filter((each) => isForeign(each, ['hello']))
      .map(({ metadata }) => `Deployment ${metadata.name}`),
  ];
  const holder = services.find(
    ({ metadata, spec }) =>
      metadata.labels?.[labLabel] !== lab.name &&
      spec.ports?.some(({ nodePort }) => nodePort === lab.demo.nodePort),
  );
  return [
    ...standing.map((what) => ({ what: `default has a ${what} already`, fix: '--demo false, or remove it' })),
    ...(holder === undefined
      ? []
      : [
          {
            what: `NodePort ${lab.demo.nodePort} belongs to Service ${holder.metadata.namespace}/${holder.metadata.name}`,
            fix: '--node-port with a free one',
          },
        ]),
  ];
}
