import { formatIp4 } from '../../core/ip.ts';
import { type Code, dropReasons, forwardCodes } from '../../datapath/generated/codes.ts';
import { LabDirection, LabEventType, LabFile } from '../../datapath/generated/enums.ts';
import type { LabEvent, LabTuple } from '../../datapath/generated/structs.ts';
import { snakeCase } from '../words.ts';

/** What the datapath told of one packet, for people and for `/flows`. */
export interface FlowEvent {
  readonly time: string;
  readonly type: string;
  /** Which program saw it. */
  readonly direction: string;
  /** Drop reason, or where the packet went; not told where that is open yet. */
  readonly code?: string;
  readonly sentence?: string;
  /** Of a drop: the statement of bpf/. */
  readonly where?: string;
  readonly ifindex: number;
  readonly length: number;
  readonly protocol: string;
  readonly source: string;
  readonly destination: string;
  /** `source > destination` after translation. */
  readonly translated?: string;
}

/** `bootMs` is the wall clock at monotonic 0. */
export function flowEvent(event: LabEvent, bootMs: number): FlowEvent {
  const isDrop = event.type === LabEventType.drop;
  const translated = event.to.daddr === 0 && event.to.saddr === 0 ? undefined : event.to;
  return {
    time: new Date(bootMs + Number(event.time / 1_000_000n)).toISOString(),
    type: wordOf(LabEventType, event.type),
    direction: wordOf(LabDirection, event.direction),
    ...(event.code === 0 ? {} : named(isDrop ? dropReasons : forwardCodes, event.code)),
    ...(isDrop ? { where: `${wordOf(LabFile, event.file)}:${event.line}` } : {}),
    ifindex: event.ifindex,
    length: event.length,
    protocol: protocols[event.tuple.proto] ?? String(event.tuple.proto),
    source: sourceOf(event.tuple),
    destination: destinationOf(event.tuple),
    ...(translated === undefined
      ? {}
      : { translated: `${sourceOf(translated)} > ${destinationOf(translated)}` }),
  };
}

/** The wall clock at monotonic 0, now: it moves with the clock's corrections. */
export const bootTime = (): number => Date.now() - Number(process.hrtime.bigint() / 1_000_000n);

const protocols: Readonly<Record<number, string>> = { 1: 'icmp', 6: 'tcp', 17: 'udp' };

const sourceOf = ({ saddr, sport }: LabTuple): string => `${formatIp4(saddr)}:${sport}`;
const destinationOf = ({ daddr, dport }: LabTuple): string => `${formatIp4(daddr)}:${dport}`;

function named(
  codes: Readonly<Record<number, Code>>,
  value: number,
): { readonly code: string; readonly sentence: string } {
  const { name, sentence } = codes[value] ?? { name: String(value), sentence: 'Newer than this agent' };
  return { code: name, sentence };
}

const wordOf = (words: Readonly<Record<string, number>>, value: number): string =>
  snakeCase(Object.keys(words).find((key) => words[key] === value) ?? String(value));
