import type { LeasePlace } from '../core/operator-config.ts';
import { type KubeApi, refusalOf } from '../platform/kube-api.ts';

/** coordination.k8s.io/v1 Lease: who leads, and until when. */
export interface Lease {
  readonly metadata?: { readonly resourceVersion?: string };
  readonly spec?: {
    /** Empty or absent: nobody; the last one gave it up. */
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly acquireTime?: string;
    readonly renewTime?: string;
    readonly leaseTransitions?: number;
  };
}

export interface LeaseStore {
  /** Undefined where there is none yet. */
  readonly read: () => Promise<Lease | undefined>;
  /** Resolves to false where somebody else was faster: the lease is not as `read` showed it. */
  readonly write: (next: Lease, seen: Lease | undefined) => Promise<boolean>;
}

const conflict = 409;
const missing = 404;

export function leaseStore(api: KubeApi, { namespace, name }: LeasePlace): LeaseStore {
  const all = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
  return {
    read: async () => {
      try {
        return (await api.get(`${all}/${name}`)) as Lease;
      } catch (error) {
        if (refusalOf(error) === missing) return undefined;
        throw error;
      }
    },
    write: async (next, seen) => {
      const resourceVersion = seen?.metadata?.resourceVersion;
      const body = {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name, namespace, ...(resourceVersion === undefined ? {} : { resourceVersion }) },
        spec: next.spec,
      };
      try {
        if (seen === undefined) await api.send({ method: 'POST', path: all, body });
        else await api.send({ method: 'PUT', path: `${all}/${name}`, body });
        return true;
      } catch (error) {
        if (refusalOf(error) === conflict) return false;
        throw error;
      }
    },
  };
}
