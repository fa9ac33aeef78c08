import { describe, expect, it } from 'vitest';
import type { Runtime } from '../../runtime/port.ts';
import type { DnsProbe, ProbeResult } from '../client/protocol.ts';
import type { Report } from '../report/report.ts';
import { type FakeLab, fakeLab, fakeRuntime, healthy } from '../testing/fake-lab.ts';
import { verify } from '../verify.ts';

const inNode = 'nameserver 127.0.0.53\nnameserver 172.18.0.1\n';
const inPod = 'search default.svc.cluster.test svc.cluster.test cluster.test\nnameserver 10.96.0.10\n';
const addresses: Readonly<Record<string, string>> = {
  'demo.default.svc.cluster.test.': '10.96.10.10',
  'lab-control-plane.': '172.30.0.2',
};
const way = { prefix: '172.18.0.1/32', identity: 2, flags: 2, viaStack: true };

/** A kind lab whose resolvers answer, unless `asked` says otherwise. */
function kind(
  asked: (probe: DnsProbe, isPod: boolean) => Partial<ProbeResult> | undefined = () => undefined,
  ipcache: readonly (typeof way)[] = [way],
): Runtime {
  const lab: FakeLab = {
    command: (target, [file]) => (file === 'cat' ? { stdout: 'pod' in target ? inPod : inNode } : undefined),
    probe: (target, probe) => {
      if (probe.protocol !== 'dns') return healthy(probe);
      const found = { ok: true, addresses: [addresses[probe.name] ?? '?'], attempts: 1, milliseconds: 1 };
      return { ...found, ...asked(probe, 'pod' in target) };
    },
    inspection: () => ({ tables: { endpoints: [], ipcache, services: [], conntrack: [], nat: [] } }),
  };
  return { ...fakeRuntime(lab), name: 'kind' };
}

async function check(
  runtime: Runtime,
  id: string,
  profile: 'kpr' | 'ebpf' = 'ebpf',
): Promise<Report['checks'][number]> {
  const [result] = (await verify(runtime, fakeLab(profile), { only: [id] })).checks;
  if (result === undefined) throw new Error(`no ${id}`);
  return result;
}

describe('DNS checks', () => {
  it.each(['conn.dns.service', 'conn.dns.upstream'])('%s passes where resolvers answer', async (id) => {
    expect(await check(kind(), id)).toMatchObject({ status: 'passed' });
  });

  it('take "no such name" for an answer, when the pod hears it too', async () => {
    const unknown = { ok: false, error: 'ENOTFOUND' };
    expect(
      await check(
        kind(() => unknown),
        'conn.dns.upstream',
      ),
    ).toMatchObject({ status: 'passed' });
    const onlyPods = kind((_, isPod) => (isPod ? unknown : undefined));
    expect(await check(onlyPods, 'conn.dns.upstream')).toMatchObject({ status: 'failed' });
  });

  it("name the node's own resolver where it does not answer", async () => {
    const dead = kind(({ address }) =>
      address === '172.18.0.1' ? { ok: false, error: 'ETIMEOUT' } : undefined,
    );
    expect((await check(dead, 'conn.dns.upstream')).reason).toBe(
      'lab-worker asks 172.18.0.1 for lab-control-plane.: expected an answer, observed no answer (ETIMEOUT)',
    );
  });

  it('name host routing where it by-passes the rules that lead to the resolver', async () => {
    const lost = ({ address }: DnsProbe, isPod: boolean) =>
      isPod && address === '172.18.0.1' ? { ok: false, error: 'ETIMEOUT' } : undefined;
    expect((await check(kind(lost, []), 'conn.dns.upstream')).reason).toMatch(/observed past netfilter/);
    expect((await check(kind(lost), 'conn.dns.upstream')).reason).toMatch(/^default\/\S+ asks 172.18.0.1/);
    expect(
      (
        await check(
          kind(() => undefined, []),
          'conn.dns.upstream',
          'kpr',
        )
      ).status,
    ).toBe('passed');
  });

  it('name cluster DNS where only it fails', async () => {
    const broken = kind(({ address }) =>
      address === '10.96.0.10' ? { ok: false, error: 'ESERVFAIL' } : undefined,
    );
    for (const id of ['conn.dns.service', 'conn.dns.upstream']) {
      expect((await check(broken, id)).reason).toMatch(/asks 10\.96\.0\.10 .*ESERVFAIL/);
    }
  });
});
