import { type Packet, tcp, udp } from '../../support/packet.ts';
import type { ServicePlan } from './tables.ts';

export const vip = '10.96.0.10';
/** A Service at `vip` with one backend. */
export const service = (backend: string, rest: Partial<ServicePlan> = {}): ServicePlan => ({
  ...{ address: vip, port: 80, backends: [backend], revNat: 7 },
  ...rest,
});

/** The first packet of a flow, by protocol. */
export const kinds = [
  { kind: 'tcp', first: (from: string, to: string) => tcp(from, to, 'S'), rest: {} },
  { kind: 'udp', first: (from: string, to: string) => udp(from, to), rest: { protocol: 'UDP' } },
  {
    kind: 'udp without checksum',
    first: (from: string, to: string) => udp(from, to, { unsummed: true }),
    rest: { protocol: 'UDP' },
  },
] as const satisfies readonly {
  kind: string;
  first: (from: string, to: string) => Packet;
  rest: Partial<ServicePlan>;
}[];
