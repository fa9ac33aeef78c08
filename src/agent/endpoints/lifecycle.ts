import { createHash } from 'node:crypto';
import { failure, messageOf } from '../../core/errors.ts';
import { podLink } from '../../core/names.ts';
import type { Endpoints } from './ports.ts';
import type { EndpointRecord } from './record.ts';
import { freeEndpointId } from './store.ts';

export interface NewEndpoint {
  readonly containerId: string;
  readonly ifName: string;
  readonly netns: string;
  readonly netnsId: string;
  readonly pod?: { readonly namespace: string; readonly name: string };
}

/**
 * Makes an endpoint: address, record, links, programs, in this order, so that a crash at any point
 * leaves a record that says what to clean. Undefined where no address is free. On failure nothing stays.
 */
export async function createEndpoint(
  endpoints: Endpoints,
  wanted: NewEndpoint,
): Promise<EndpointRecord | undefined> {
  const { store, pool, kernel } = endpoints;
  const address = pool.take();
  if (address === undefined) return undefined;
  const key = `${wanted.containerId}/${wanted.ifName}`;
  const making: EndpointRecord = {
    schema: 'labctl.dev/endpoint/v1',
    ...wanted,
    address,
    id: freeEndpointId(store.all()),
    link: podLink(wanted.containerId, wanted.ifName),
    ifindex: 0,
    mac: macOf(`${key}/pod`),
    nodeMac: macOf(`${key}/node`),
    mtu: endpoints.podMtu,
    phase: 'making',
  };
  try {
    await store.put(making);
    await endpoints.savePool();
    await kernel.prepareNamespace(making.netns);
    const ready: EndpointRecord = { ...making, ifindex: await kernel.makeLinks(making), phase: 'ready' };
    await kernel.attach(ready);
    await store.put(ready);
    return ready;
  } catch (cause) {
    await removeEndpoint(endpoints, making).catch((error: unknown) => {
      throw failure('E_ENDPOINT', `${messageOf(cause)}; and undoing it: ${messageOf(error)}`, { cause });
    });
    throw cause;
  }
}

/** Removes all of an endpoint. Repeatable: what is gone already is no error, what fails keeps the record. */
export async function removeEndpoint(endpoints: Endpoints, record: EndpointRecord): Promise<void> {
  await endpoints.kernel.detach(record);
  await endpoints.kernel.removeLinks(record);
  await endpoints.store.remove(record);
  endpoints.pool.release(record.address);
  await endpoints.savePool();
}

/** A locally administered address that follows from what it is for. */
function macOf(text: string): string {
  const bytes = createHash('sha256').update(text).digest('hex').slice(0, 10);
  return `02:${bytes.match(/../g)?.join(':')}`;
}
