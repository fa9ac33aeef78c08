import { beforeAll, describe, expect, it } from 'vitest';
import type { Built } from '../../src/agent/compile.ts';
import { builtDatapath, loadDatapath, type Variables } from './support/datapath.ts';
import { type ProfileName, profiles, variables } from './support/tables.ts';

/**
 * The verifier's gate: it removes the branches that a configuration does not use, so every configuration
 * is another program. All pairs of switches are loaded, and each switch turned from each profile.
 */
const budget = 50_000;
const switches: Readonly<Record<string, readonly number[]>> = {
  service_lb: [0, 1],
  masquerade: [0, 1],
  host_routing: [0, 1],
  switched: [0, 1],
  events: [0, 1, 2],
};

/** Each value of each switch beside each value of each other one; the rest as in the first profile. */
function allPairs(): Variables[] {
  const names = Object.keys(switches);
  return names.flatMap((first, i) =>
    names
      .slice(i + 1)
      .flatMap((second) =>
        (switches[first] ?? []).flatMap((a) =>
          (switches[second] ?? []).map((b) => ({ ...profiles['kube-proxy'], [first]: a, [second]: b })),
        ),
      ),
  );
}

function turned(profile: ProfileName): Variables[] {
  return Object.entries(switches).flatMap(([name, values]) =>
    values.map((value) => ({ events: 1, ...profiles[profile], [name]: value })),
  );
}

const all = [
  { service_lb: 1, masquerade: 1, host_routing: 1, events: 2 },
  ...allPairs(),
  ...(['kube-proxy', 'kpr', 'ebpf'] as const).flatMap(turned),
];
const configurations = [...new Map(all.map((each) => [describeSwitches(each), each])).entries()];

describe('switches', () => {
  let built: Built;
  const most = new Map<string, number>();
  beforeAll(async () => {
    built = await builtDatapath();
  });

  it.each(configurations)('%s', (_, values) => {
    const datapath = loadDatapath(built, { ...variables('10.9.0.11', 2), ...values });
    try {
      for (const [name, program] of Object.entries(datapath.programs)) {
        const walked = program.info.verifiedInstructions;
        expect(walked, name).toBeLessThan(budget);
        most.set(name, Math.max(most.get(name) ?? 0, walked));
      }
    } finally {
      datapath.close();
    }
  });

  it('stays within the budget of instructions', () => {
    console.log(
      [...most]
        .sort()
        .map(([name, count]) => `${name.padEnd(24)} ${count}`)
        .join('\n'),
    );
    expect(Math.max(...most.values())).toBeLessThan(budget);
    expect(most.size).toBe(12);
  });
});

function describeSwitches(values: Variables): string {
  return Object.entries({ service_lb: 0, masquerade: 0, host_routing: 0, events: 1, ...values })
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}
