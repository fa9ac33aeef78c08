import type { Ip4 } from '../../core/ip.ts';
import type { EndpointRecord } from '../endpoints/record.ts';
import type { CniResult, CniVersion } from './protocol.ts';

/** What ADD answers for an endpoint, in the words of the version that the runtime speaks. */
export function addResult(record: EndpointRecord, gateway: Ip4, version: CniVersion): CniResult {
  const mtu = version === '1.1.0' ? { mtu: record.mtu } : {};
  return {
    cniVersion: version,
    interfaces: [
      { name: record.link, mac: record.nodeMac, ...mtu },
      { name: record.ifName, mac: record.mac, ...mtu, sandbox: record.netns },
    ],
    ips: [
      {
        ...(version === '0.4.0' ? { version: '4' as const } : {}),
        address: `${record.address}/32`,
        gateway,
        interface: 1,
      },
    ],
    routes: [{ dst: '0.0.0.0/0', gw: gateway }],
    dns: {},
  };
}
