import type { Pool } from '../ipam/pool.ts';
import type { EndpointRecord } from './record.ts';
import type { EndpointStore } from './store.ts';

/** What an endpoint needs of the kernel. Every `remove` and `detach` is repeatable. */
export interface EndpointKernel {
  /** Device and inode of a namespace, undefined where the path names none. */
  readonly netnsId: (path: string) => Promise<string | undefined>;
  /** Settings of the pod's namespace that hosts copy badly into new ones. */
  readonly prepareNamespace: (path: string) => Promise<void>;
  /** Resolves to the index of the node side. */
  readonly makeLinks: (record: EndpointRecord) => Promise<number>;
  readonly removeLinks: (record: EndpointRecord) => Promise<void>;
  /** Endpoint table and tc programs; when it resolves, packets are judged. */
  readonly attach: (record: EndpointRecord) => Promise<void>;
  readonly detach: (record: EndpointRecord) => Promise<void>;
  /** One sentence for each thing that is not as the record says. */
  readonly problems: (record: EndpointRecord) => Promise<readonly string[]>;
}

/** The endpoints of a node: records, addresses, kernel. */
export interface Endpoints {
  readonly store: EndpointStore;
  readonly pool: Pool;
  /** Writes the order of free addresses. */
  readonly savePool: () => Promise<void>;
  readonly kernel: EndpointKernel;
  readonly podMtu: number;
}
