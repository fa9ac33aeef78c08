import type { K8sObject } from '../../core/k8s.ts';
import { kindFiles } from '../../platform/cluster-files.ts';

/** In a namespace, also where the text names none. */
export const inNamespace = <O extends K8sObject>(object: O): O =>
  kindFiles[object.kind].namespaced && object.metadata.namespace === undefined
    ? { ...object, metadata: { ...object.metadata, namespace: 'default' } }
    : object;
