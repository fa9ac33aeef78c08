import type { Log } from '../../core/log.ts';
import { removeEndpoint } from './lifecycle.ts';
import type { Endpoints } from './ports.ts';
import type { EndpointRecord } from './record.ts';

/**
 * After a start: removes endpoints that a crash left half made, whose namespace is gone or is another
 * one now, or whose link somebody deleted. Answers those that live on.
 */
export async function sweepEndpoints(
  endpoints: Endpoints,
  links: ReadonlyMap<string, number>,
  log: Log,
): Promise<readonly EndpointRecord[]> {
  const alive: EndpointRecord[] = [];
  for (const record of endpoints.store.all()) {
    const why = await whyDead(endpoints, record, links);
    if (why === undefined) {
      alive.push(record);
    } else {
      log.info('endpoint removed', { address: record.address, container: record.containerId, why });
      await removeEndpoint(endpoints, record);
    }
  }
  return alive;
}

async function whyDead(
  endpoints: Endpoints,
  record: EndpointRecord,
  links: ReadonlyMap<string, number>,
): Promise<string | undefined> {
  if (record.phase === 'making') return 'its creation was cut short';
  const netnsId = await endpoints.kernel.netnsId(record.netns);
  if (netnsId === undefined) return 'its namespace is gone';
  if (netnsId !== record.netnsId) return 'its namespace was replaced';
  return links.get(record.link) === record.ifindex ? undefined : 'its link is gone';
}
