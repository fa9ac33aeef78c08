import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtDatapath } from './support/datapath.ts';
import { withFault } from './support/fault.ts';
import { type LiveLab, liveLab, offload } from './support/live-lab.ts';
import { tcpClient, udpClient } from './support/live-scripts.ts';
import { liveServices } from './support/live-services.ts';
import { type Place, places } from './support/live-topology.ts';
import { profiles } from './support/tables.ts';

/**
 * A checksum is first filled in by the sender's stack, by a later device, or never. All three must leave
 * a right one: receivers count what is wrong, unless the packet never left memory.
 */
const settings = [
  {
    name: 'checksums filled in by the sender',
    off: [
      ['a', 'eth0'],
      ['c', 'eth0'],
      ['client', 'eth0'],
    ],
  },
  {
    name: 'checksums filled in behind the programs',
    off: [
      ['node1', 'eth0'],
      ['node2', 'eth0'],
      ['node1', 'lxca'],
      ['node2', 'lxcc'],
    ],
  },
  { name: 'all offloads on', off: [] },
] as const satisfies readonly { name: string; off: readonly (readonly [Place, string])[] }[];
const features = ['tx', 'tso', 'gso'] as const;

const set = (off: readonly (readonly [Place, string])[], state: 'on' | 'off'): void => {
  for (const [place, device] of off) offload(place, device, ...features.flatMap((each) => [each, state]));
};

/** Packets with a wrong checksum that anybody received. */
function wrongChecksums(lab: LiveLab): number {
  return places
    .map((place) =>
      Number(
        lab.sh(
          place,
          `awk '/^(Tcp|Udp|IcmpMsg|Icmp):/ {
            if (!(($1) in head)) { head[$1] = $0; next }
            n = split(head[$1], name, " "); split($0, value, " ")
            for (i = 2; i <= n; i++) if (name[i] == "InCsumErrors") sum += value[i]
          } END { print sum + 0 }' /proc/net/snmp`,
        ),
      ),
    )
    .reduce((sum, count) => sum + count, 0);
}

const tcp = (lab: LiveLab, from: Place, host: string, port: number, bytes: number): string =>
  lab.run(from, tcpClient, [host, `${port}`, `${bytes}`]);
const udp = (lab: LiveLab, from: Place, host: string, port: number): string =>
  lab.run(from, udpClient, [host, `${port}`, '1', 'connect']);

describe.each(['kpr', 'ebpf'] as const)('%s', (profile) => {
  let lab: LiveLab;
  beforeAll(async () => {
    lab = await liveLab(await builtDatapath(), profiles[profile], liveServices);
  });
  afterAll(async () => {
    await lab.destroy();
  });

  it.each(settings)('$name', ({ off }) => {
    set(off, 'off');
    const before = wrongChecksums(lab);
    const answers = {
      service: tcp(lab, 'a', '10.96.0.12', 80, 300_000),
      serviceUdp: udp(lab, 'a', '10.96.0.12', 80),
      self: tcp(lab, 'a', '10.96.0.10', 80, 300_000),
      remote: tcp(lab, 'client', '10.9.0.11', 32012, 300_000),
      remoteUdp: udp(lab, 'client', '10.9.0.11', 32012),
      local: tcp(lab, 'client', '10.9.0.12', 32012, 300_000),
      refused: tcp(lab, 'a', '10.96.0.9', 80, 1),
      refusedUdp: udp(lab, 'a', '10.96.0.9', 80),
      refusedOutside: tcp(lab, 'client', '10.9.0.11', 32009, 1),
      refusedOutsideUdp: udp(lab, 'client', '10.9.0.11', 32009),
    };
    const world = profile === 'ebpf' ? tcp(lab, 'a', '172.30.0.2', 80, 300_000) : undefined;
    set(off, 'on');
    expect(answers).toEqual({
      service: 'c 10.244.1.10 10.96.0.12',
      serviceUdp: 'c 10.244.1.10 10.96.0.12',
      self: 'a 169.254.42.1 10.96.0.10',
      remote: 'c 10.9.0.11 10.9.0.11',
      remoteUdp: 'c 10.9.0.11 10.9.0.11',
      local: 'c 172.30.0.2 10.9.0.12',
      refused: 'ECONNREFUSED',
      refusedUdp: 'ECONNREFUSED',
      refusedOutside: 'ECONNREFUSED',
      refusedOutsideUdp: 'ECONNREFUSED',
    });
    if (profile === 'ebpf') expect(world).toBe('client 10.9.0.11 172.30.0.2');
    expect(wrongChecksums(lab) - before).toBe(0);
  });
});

describe('a datapath that forgets the L4 checksum', () => {
  let lab: LiveLab;
  beforeAll(async () => {
    const faulty = withFault(await builtDatapath(), 'bpf_l4_csum_replace(a,b,c,d,e)=(0)');
    lab = await liveLab(faulty, profiles.ebpf, liveServices);
  });
  afterAll(async () => {
    await lab.destroy();
  });

  it('is caught', () => {
    set([['a', 'eth0']], 'off');
    expect(tcp(lab, 'a', '10.96.0.12', 80, 1)).toBe('timeout');
    expect(wrongChecksums(lab)).toBeGreaterThan(0);
  });
});
