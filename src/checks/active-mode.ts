import { profiles } from '../../profiles/index.ts';
import { programNames } from './kernel/programs.ts';
import { podMasquerades, proxyChains } from './kernel/proxy-traces.ts';
import type { NodeEvidence } from './kernel/view.ts';
import type { ActiveMode, Mode, Undecided } from './report/report.ts';

type Facts = Omit<ActiveMode, 'mode'>;

/** The mode that all nodes agree on, by evidence. `requested` is looked up first: a lab file may mix switches. */
export function activeMode(nodes: readonly NodeEvidence[], requested: Mode): ActiveMode {
  const facts: Facts = {
    serviceLB: agreed(nodes.map(serviceLB)),
    masquerade: agreed(nodes.map(masquerade)),
    routing: agreed(nodes.map(routing)),
  };
  return { mode: modeOf(facts, requested), ...facts };
}

/** The name of these facts together. */
export function modeOf(facts: Facts, requested: Mode): ActiveMode['mode'] {
  const known: readonly Mode[] = [
    requested,
    ...profiles.map(({ name, datapath }) => ({
      mode: name,
      serviceLB: datapath.serviceLB,
      masquerade: datapath.masquerade,
      routing: datapath.hostRouting,
    })),
  ];
  const match = known.find(
    (mode) =>
      mode.serviceLB === facts.serviceLB &&
      mode.masquerade === facts.masquerade &&
      mode.routing === facts.routing,
  );
  if (match !== undefined) return match.mode;
  return Object.values(facts).includes('unknown') ? 'unknown' : 'mixed';
}

function serviceLB({ inspection, rulesets }: NodeEvidence): Facts['serviceLB'] {
  const hasPrograms = inspection.programs.some(
    ({ ours, hook, name }) => ours && hook.startsWith('cgroup/') && name === programNames.connect4,
  );
  const hasBpf = hasPrograms || inspection.tables.services.length > 0;
  return either(['bpf', hasBpf], ['kube-proxy', proxyChains(rulesets).length > 0]);
}

function masquerade({ inspection, rulesets }: NodeEvidence): Facts['masquerade'] {
  const hasBpf =
    isOn(inspection.config.masquerade) &&
    inspection.programs.some(({ ours, name }) => ours && name === programNames.toNetdev);
  return either(['bpf', hasBpf], ['iptables', podMasquerades(rulesets).length > 0]);
}

/** The program that forwards sits on every pod's device, or on none; where it is absent the stack forwards. */
function routing({ inspection }: NodeEvidence): Facts['routing'] {
  const devices = inspection.tables.endpoints.length;
  if (devices === 0) return 'unknown';
  const forwarding = inspection.programs.filter(
    ({ ours, name }) => ours && name === programNames.fromContainer,
  ).length;
  if (!isOn(inspection.config.host_routing) || forwarding === 0) return 'stack';
  return forwarding === devices ? 'bpf' : 'mixed';
}

export const isOn = (value: number | string | boolean | undefined): boolean => value === true || value === 1;

function either<A extends string, B extends string>(
  [first, hasFirst]: readonly [A, boolean],
  [second, hasSecond]: readonly [B, boolean],
): A | B | Undecided {
  if (hasFirst && hasSecond) return 'mixed';
  if (hasFirst) return first;
  return hasSecond ? second : 'unknown';
}

function agreed<T extends string>(values: readonly (T | Undecided)[]): T | Undecided {
  const [first = 'unknown', ...rest] = new Set(values);
  return rest.length === 0 ? first : 'mixed';
}
