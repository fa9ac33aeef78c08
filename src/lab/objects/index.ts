/** What `labctl apply` and `delete` do with the cluster of an embedded lab, and `get` with any. */

import { join } from 'node:path';
import { conflict, notFound, usageError } from '../../core/errors.ts';
import { type K8sObject, keyOf } from '../../core/k8s.ts';
import { labPaths } from '../../core/paths.ts';
import { kindFiles } from '../../platform/cluster-files.ts';
import { openLab as openAnyLab } from '../lifecycle.ts';
import { openLab } from '../open.ts';
import { readRecord } from '../owner-record.ts';
import { applyObjects, type ChangeOptions, deleteFromStore, type ObjectChange } from './change.ts';
import { kindOfWord } from './kind-words.ts';
import { type ManifestInput, parseManifests } from './parse-manifests.ts';
import { tableOf } from './tables.ts';

export async function applyManifests(
  lab: string,
  inputs: readonly ManifestInput[],
  options: ChangeOptions = {},
): Promise<ObjectChange[]> {
  await refuseKubernetes(lab, ['apply', ...filesOf(inputs)]);
  const { store, resolved } = await openLab(lab);
  const nodes = (await store.list('Node')).map(({ metadata }) => metadata.name);
  const objects = parseManifests(inputs, nodes);
  return applyObjects(store, labPaths(lab).cluster, resolved.network, objects, options);
}

export async function deleteManifests(
  lab: string,
  inputs: readonly ManifestInput[],
  options: ChangeOptions = {},
): Promise<ObjectChange[]> {
  await refuseKubernetes(lab, ['delete', ...filesOf(inputs)]);
  const targets = parseManifests(inputs).map((object) => ({ kind: object.kind, key: keyOf(object) }));
  return deleteFromStore((await openLab(lab)).store, targets, options);
}

export async function deleteObjects(
  lab: string,
  kindWord: string,
  names: readonly string[],
  options: ChangeOptions & { readonly namespace?: string } = {},
): Promise<ObjectChange[]> {
  const { namespace = 'default' } = options;
  await refuseKubernetes(lab, ['delete', kindWord, ...names, '--namespace', namespace]);
  const kind = kindOfWord(kindWord);
  if (kind === 'Node') throw keptNodes();
  const targets = names.map((name) => ({
    kind,
    key: kindFiles[kind].namespaced ? `${namespace}/${name}` : name,
  }));
  return deleteFromStore((await openLab(lab)).store, targets, options);
}

/** A lab without one of its nodes is none that `up` made or could mend. */
const keptNodes = (): Error =>
  usageError('E_KIND', 'nodes come and go with their lab, not one by one', {
    fix: 'labctl up --recreate --workers N makes the lab with another number of them',
  });

const filesOf = (inputs: readonly ManifestInput[]): string[] =>
  inputs.flatMap(({ file }) => ['--filename', file]);

/** A real API server has defaults, validation and admission of its own: kubectl is the tool for it. */
async function refuseKubernetes(lab: string, words: readonly string[]): Promise<void> {
  const record = await readRecord(lab);
  if (record === undefined || record.runtime === 'netns') return;
  throw conflict('E_RUNTIME', `lab ${lab} is a Kubernetes cluster: kubectl changes it`, {
    fix: ['kubectl', '--kubeconfig', join(labPaths(lab).state, 'kubeconfig'), ...words].join(' '),
  });
}

export interface GetOptions {
  readonly names?: readonly string[];
  readonly namespace?: string;
  readonly allNamespaces?: boolean;
}

export interface ObjectList {
  readonly list: { readonly apiVersion: 'v1'; readonly kind: 'List'; readonly items: readonly K8sObject[] };
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Objects of one kind; a name that is not there is E_NO_OBJECT (exit 4). */
export async function getObjects(
  lab: string,
  kindWord: string,
  options: GetOptions = {},
): Promise<ObjectList> {
  const kind = kindOfWord(kindWord);
  const { cluster } = (await openAnyLab(lab)).runtime;
  const { namespace = 'default', names, allNamespaces = false } = options;
  const inScope = (await cluster.list(kind)).filter(
    (object) => allNamespaces || !kindFiles[kind].namespaced || object.metadata.namespace === namespace,
  );
  const missing = names?.find((name) => !inScope.some((object) => object.metadata.name === name));
  if (missing !== undefined) {
    throw notFound('E_NO_OBJECT', `there is no ${kind} ${missing} in namespace ${namespace}`, {
      fix: `labctl get ${kindFiles[kind].plural} --all-namespaces`,
    });
  }
  const items = inScope.filter((object) => names === undefined || names.includes(object.metadata.name));
  return {
    list: { apiVersion: 'v1', kind: 'List', items },
    ...tableOf(kind, items, allNamespaces && kindFiles[kind].namespaced),
  };
}
