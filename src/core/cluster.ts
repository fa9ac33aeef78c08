import type { Kind, ObjectOf } from './k8s.ts';

/** A change of one object, or `synced` once all objects known at the start were told. */
export type ClusterEvent<K extends Kind> =
  | { readonly type: 'set'; readonly object: ObjectOf[K] }
  | { readonly type: 'deleted'; readonly object: ObjectOf[K] }
  | { readonly type: 'synced' };

/**
 * Where desired state comes from. Two implementations: the lab's state directory (embedded labs,
 * src/platform/cluster-dir.ts) and Kubernetes informers (src/platform/cluster-kube.ts).
 */
export interface ClusterSource {
  list<K extends Kind>(kind: K): Promise<readonly ObjectOf[K][]>;
  /** Tells all present objects, then `synced`, then each change, in order, until the signal aborts. */
  watch<K extends Kind>(
    kind: K,
    handler: (event: ClusterEvent<K>) => void,
    signal: AbortSignal,
  ): Promise<void>;
}

/** The writable side, used by `labctl apply|delete` and the controller of embedded labs. */
export interface ClusterStore extends ClusterSource {
  get<K extends Kind>(kind: K, key: string): Promise<ObjectOf[K] | undefined>;
  /** Creates or replaces; sets uid, creationTimestamp and a fresh resourceVersion. Durable when it resolves. */
  put<K extends Kind>(object: ObjectOf[K]): Promise<ObjectOf[K]>;
  /** Resolves to false when there was none. */
  remove(kind: Kind, key: string): Promise<boolean>;
}
