import { type Fact, readFact } from '../../cilium/index.ts';
import type { Runtime } from '../../runtime/port.ts';
import { modeOf } from '../active-mode.ts';
import type { ActiveMode, Mode, Undecided } from '../report/report.ts';
import type { CiliumView } from './view.ts';

/** The mode that the agents of all nodes agree on; `unknown` where one does not answer or cannot be understood. */
export async function ciliumMode({ nodes }: Runtime, view: CiliumView, requested: Mode): Promise<ActiveMode> {
  const statuses = await Promise.all(
    nodes.map(({ name }) => view.ask(name, 'status').catch(() => undefined)),
  );
  const agreed = <W extends string>(fact: Fact, words: readonly W[]): W | Undecided => {
    const told = statuses.map((status) => {
      const answer = readFact(status, fact);
      return 'word' in answer ? (words.find((word) => word === answer.word) ?? 'mixed') : 'unknown';
    });
    const [first = 'unknown', ...rest] = new Set(told);
    if (rest.length === 0) return first;
    return told.includes('unknown') ? 'unknown' : 'mixed';
  };
  const facts = {
    serviceLB: agreed('serviceLB', ['kube-proxy', 'bpf']),
    masquerade: agreed('masquerade', ['iptables', 'bpf']),
    routing: agreed('hostRouting', ['stack', 'bpf']),
  };
  return { mode: modeOf(facts, requested), ...facts };
}
