import { failure } from '../../core/errors.ts';
import type { Exec } from '../../core/exec.ts';

/** Packets that are counted for a flow: one direction; what is left out is any. */
export interface Tuple {
  readonly protocol: 'tcp' | 'udp';
  readonly source?: string;
  readonly sourcePort?: number;
  readonly destination?: string;
  readonly destinationPort?: number;
}
export interface MeteredFlow {
  /** Word of letters, digits and underscores. */
  readonly name: string;
  /** Before and after translation, both directions. */
  readonly tuples: readonly Tuple[];
}

export const hooks = ['prerouting', 'input', 'forward', 'output', 'postrouting'] as const;
export type Hook = (typeof hooks)[number];
/** Packets of each flow at each hook of one node. */
export type Reading = Readonly<Record<string, Readonly<Record<Hook, number>>>>;

/** A table of our own. No `ct` in it: that would switch connection tracking on and change what is measured. */
export const meterTable = 'labctl_verify';
/** Before connection tracking and every table that rewrites or drops. */
const priority = -450;

/**
 * Puts counters into a node and gives back how to read and remove them. A packet counts for the first
 * flow that matches it, so order tells a narrow flow (the control) from wide ones.
 */
export async function installMeter(
  at: Exec,
  flows: readonly MeteredFlow[],
): Promise<{ readonly read: () => Promise<Reading>; readonly remove: () => Promise<void> }> {
  await at('nft', ['-f', '-'], { input: meterRules(flows) });
  return {
    read: async () => {
      const { stdout } = await at('nft', ['-j', 'list', 'counters', 'table', 'ip', meterTable]);
      return parseReading(stdout, flows);
    },
    remove: async () => {
      await at('nft', ['-f', '-'], { input: removal });
    },
  };
}

/** `add` first: `delete` of a table that is not there would fail the whole file. */
const removal = `add table ip ${meterTable}\ndelete table ip ${meterTable}\n`;

export function meterRules(flows: readonly MeteredFlow[]): string {
  const counters = flows.flatMap(({ name }) => hooks.map((hook) => `  counter ${name}_${hook} { }`));
  const chains = hooks.flatMap((hook) => [
    `  chain ${hook} {`,
    `    type filter hook ${hook} priority ${priority}; policy accept;`,
    ...flows.flatMap(({ name, tuples }) =>
      tuples.map((tuple) => `    ${match(tuple)} counter name ${name}_${hook} accept`),
    ),
    '  }',
  ]);
  return `${removal}table ip ${meterTable} {\n${[...counters, ...chains].join('\n')}\n}\n`;
}

function match({ protocol, source, sourcePort, destination, destinationPort }: Tuple): string {
  return [
    ...(source === undefined ? [] : [`ip saddr ${source}`]),
    ...(destination === undefined ? [] : [`ip daddr ${destination}`]),
    sourcePort === undefined ? `meta l4proto ${protocol}` : `${protocol} sport ${sourcePort}`,
    ...(destinationPort === undefined ? [] : [`${protocol} dport ${destinationPort}`]),
  ].join(' ');
}

export const reversed = (tuple: Tuple): Tuple => ({
  protocol: tuple.protocol,
  ...(tuple.destination === undefined ? {} : { source: tuple.destination }),
  ...(tuple.source === undefined ? {} : { destination: tuple.source }),
  ...(tuple.destinationPort === undefined ? {} : { sourcePort: tuple.destinationPort }),
  ...(tuple.sourcePort === undefined ? {} : { destinationPort: tuple.sourcePort }),
});

export const bothWays = (tuple: Tuple): Tuple[] => [tuple, reversed(tuple)];

export function parseReading(json: string, flows: readonly MeteredFlow[]): Reading {
  const value = JSON.parse(json) as { nftables?: { counter?: { name: string; packets: number } }[] };
  const packets = new Map(
    (value.nftables ?? []).flatMap(({ counter }) =>
      counter === undefined ? [] : [[counter.name, counter.packets]],
    ),
  );
  const at = (name: string): number => {
    const count = packets.get(name);
    if (count === undefined) throw failure('E_METER', `counter ${name} is gone from table ${meterTable}`);
    return count;
  };
  return Object.fromEntries(
    flows.map(({ name }) => [
      name,
      Object.fromEntries(hooks.map((hook) => [hook, at(`${name}_${hook}`)])) as Record<Hook, number>,
    ]),
  );
}
