import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { notFound } from '../../core/errors.ts';
import { type K8sObject, type Kind, keyOf, type ObjectOf, type Service } from '../../core/k8s.ts';
import type { ClusterDir } from '../../platform/cluster-dir.ts';
import { kindFiles } from '../../platform/cluster-files.ts';
import { takeLock } from '../../platform/flock.ts';
import { inNamespace } from './in-namespace.ts';
import { completeService, type Ranges } from './service-defaults.ts';

export interface ObjectChange {
  readonly kind: Kind;
  readonly key: string;
  readonly action: 'created' | 'configured' | 'unchanged' | 'deleted';
}

export interface ChangeOptions {
  readonly dryRun?: boolean;
}

const lockWaitMs = 5000;

/** Creates or changes objects. All are checked before the first is written. */
export async function applyObjects(
  store: ClusterDir,
  directory: string,
  ranges: Ranges,
  objects: readonly K8sObject[],
  options: ChangeOptions = {},
): Promise<ObjectChange[]> {
  const lock = await takeLock(join(directory, '.lock'), { holder: 'labctl apply', waitMs: lockWaitMs });
  try {
    const planned = await planChanges(store, ranges, objects);
    if (options.dryRun !== true) {
      for (const { object, change } of planned) if (change.action !== 'unchanged') await store.put(object);
    }
    return planned.map(({ change }) => change);
  } finally {
    lock.release();
  }
}

/** Deletes objects; one that is not there is E_NO_OBJECT (exit 4) before anything is deleted. */
export async function deleteFromStore(
  store: ClusterDir,
  targets: readonly { readonly kind: Kind; readonly key: string }[],
  options: ChangeOptions = {},
): Promise<ObjectChange[]> {
  for (const { kind, key } of targets) {
    if ((await store.get(kind, key)) === undefined) {
      throw notFound('E_NO_OBJECT', `there is no ${kind} ${key}`, {
        fix: `labctl get ${kindFiles[kind].plural} --all-namespaces`,
      });
    }
  }
  for (const { kind, key } of options.dryRun === true ? [] : targets) {
    // A pod runs: whoever runs it ends it gracefully and removes the object then.
    if (kind === 'Pod') await store.markDeleted(kind, key);
    else await store.remove(kind, key);
  }
  return targets.map((target) => ({ ...target, action: 'deleted' }));
}

interface Planned {
  readonly object: K8sObject;
  readonly change: ObjectChange;
}

async function planChanges(
  store: ClusterDir,
  ranges: Ranges,
  objects: readonly K8sObject[],
): Promise<Planned[]> {
  const services = new Map((await store.list('Service')).map((service) => [keyOf(service), service]));
  const planned: Planned[] = [];
  for (const given of objects) {
    const named = inNamespace(given);
    const key = keyOf(named);
    const before: K8sObject | undefined = await store.get<Kind>(named.kind, key);
    const object = named.kind === 'Service' ? complete(named, services, ranges) : keepNode(named, before);
    if (object.kind === 'Service') services.set(key, object);
    const action = before === undefined ? 'created' : isSame(before, object) ? 'unchanged' : 'configured';
    planned.push({ object: keepStatus(object, before), change: { kind: object.kind, key, action } });
  }
  return planned;
}

function complete(service: Service, known: ReadonlyMap<string, Service>, ranges: Ranges): Service {
  const key = keyOf(service);
  const others = [...known].filter(([other]) => other !== key).map(([, other]) => other);
  return completeService(service, known.get(key), others, ranges);
}

function keepStatus(object: K8sObject, before: K8sObject | undefined): K8sObject {
  if (before === undefined || !('status' in before) || 'status' in object) return object;
  return { ...object, status: before.status } as ObjectOf[Kind];
}

/** A pod stays where it runs, also when its manifest is applied again. */
function keepNode(object: K8sObject, before: K8sObject | undefined): K8sObject {
  if (object.kind !== 'Pod' || before?.kind !== 'Pod' || before.spec.nodeName === undefined) return object;
  return { ...object, spec: { nodeName: before.spec.nodeName, ...object.spec } };
}

/** What people wrote, without what the store adds. */
function isSame(before: K8sObject, now: K8sObject): boolean {
  const written = (object: K8sObject): unknown => {
    const { uid: _, resourceVersion: __, creationTimestamp: ___, ...metadata } = object.metadata;
    const { status: ____, ...rest } = { status: undefined, ...object };
    return { ...rest, metadata };
  };
  return isDeepStrictEqual(written(before), written(now));
}
