import {
  type Informer,
  type KubernetesListObject,
  type KubernetesObject,
  makeInformer,
} from '@kubernetes/client-node';
import type { ClusterEvent, ClusterSource } from '../core/cluster.ts';
import { messageOf } from '../core/errors.ts';
import type { Kind, ObjectOf } from '../core/k8s.ts';
import { type Log, silentLog } from '../core/log.ts';
import { type KubeApi, type KubePlace, openKubeApi } from './kube-api.ts';

export interface ClusterKubeOptions extends KubePlace {
  readonly log?: Log;
  /** Sets the pace of attempts while the API server does not answer. */
  readonly backoff?: Backoff;
}
export interface Backoff {
  readonly firstMs: number;
  readonly mostMs: number;
}

const defaultBackoff: Backoff = { firstMs: 100, mostMs: 5000 };

/** Where the API keeps objects of a kind. */
const collections: { readonly [K in Kind]: { readonly apiVersion: string; readonly plural: string } } = {
  Node: { apiVersion: 'v1', plural: 'nodes' },
  Pod: { apiVersion: 'v1', plural: 'pods' },
  Service: { apiVersion: 'v1', plural: 'services' },
  EndpointSlice: { apiVersion: 'discovery.k8s.io/v1', plural: 'endpointslices' },
  DaemonSet: { apiVersion: 'apps/v1', plural: 'daemonsets' },
  Deployment: { apiVersion: 'apps/v1', plural: 'deployments' },
};

/** The ClusterSource of a real cluster. While the API is away the last state stays true; then it is listed anew. */
export function openClusterKube(options: ClusterKubeOptions = {}): ClusterSource {
  const api = openKubeApi(options);
  const log = options.log ?? silentLog;
  const backoff = options.backoff ?? defaultBackoff;
  return {
    list: async (kind) => (await listOf(api, kind)).items,
    watch: (kind, handler, signal) => watchKind({ api, kind, handler, signal, log, backoff }),
  };
}

interface Watched<K extends Kind> {
  readonly api: KubeApi;
  readonly kind: K;
  readonly handler: (event: ClusterEvent<K>) => void;
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly backoff: Backoff;
}

function watchKind<K extends Kind>({ api, kind, handler, signal, log, backoff }: Watched<K>): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return resolve();
    let delayMs = backoff.firstMs;
    let timer: NodeJS.Timeout | undefined;
    let isListed = false;
    let isSynced = false;

    const informer: Informer<KubernetesObject> = makeInformer(api.config, pathOf(kind), async () => {
      const list = await listOf(api, kind);
      isListed = true;
      // The client's own types say Date where the API says text.
      return list as unknown as KubernetesListObject<KubernetesObject>;
    });
    const stop = (settle: () => void): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', aborted);
      // Ends the request at once; the promise it answers with has nothing to wait for.
      void informer.stop();
      settle();
    };
    const aborted = (): void => stop(resolve);
    // The client swallows what a callback throws: a fault of ours must end the watch instead.
    const tell = (event: ClusterEvent<K>): void => {
      try {
        if (!signal.aborted) handler(event);
      } catch (error) {
        stop(() => reject(error));
      }
    };
    const told = (type: 'set' | 'deleted') => (object: KubernetesObject) => {
      delayMs = backoff.firstMs;
      tell({ type, object: object as unknown as ObjectOf[K] });
    };
    const start = async (): Promise<void> => {
      await informer.start();
      if (!isListed || isSynced) return;
      isSynced = true;
      tell({ type: 'synced' });
    };
    const again = (error: unknown): void => {
      if (signal.aborted) return;
      log.warn(`watch of ${kind}: ${messageOf(error)}; again in ${delayMs} ms`);
      clearTimeout(timer);
      timer = setTimeout(() => start().catch(again), delayMs);
      delayMs = Math.min(delayMs * 2, backoff.mostMs);
    };
    informer.on('add', told('set'));
    informer.on('update', told('set'));
    informer.on('delete', told('deleted'));
    informer.on('error', again);
    signal.addEventListener('abort', aborted, { once: true });
    start().catch(again);
  });
}

interface ObjectList<K extends Kind> {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly resourceVersion?: string };
  items: ObjectOf[K][];
}

/** Read as JSON, not through the client's models: those turn time stamps into Dates, which watch events are not. */
async function listOf<K extends Kind>(api: KubeApi, kind: K): Promise<ObjectList<K>> {
  const list = (await api.get(pathOf(kind))) as ObjectList<K>;
  const { apiVersion } = collections[kind];
  // Members of a list do not say what they are.
  return { ...list, items: list.items.map((item) => ({ ...item, apiVersion, kind })) };
}

function pathOf(kind: Kind): string {
  const { apiVersion, plural } = collections[kind];
  return `/${apiVersion.includes('/') ? 'apis' : 'api'}/${apiVersion}/${plural}`;
}
