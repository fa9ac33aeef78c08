import { formatIp4 } from '../../core/ip.ts';
import { dropReasons, forwardCodes } from '../../datapath/generated/codes.ts';
import { LabDirection, LabEventType, LabFile } from '../../datapath/generated/enums.ts';
import type { LabEvent, LabTuple } from '../../datapath/generated/structs.ts';

/** What the datapath told of one packet, for people and for `/flows`. */
export interface FlowEvent {
  readonly time: string;
  readonly type: string;
  /** Which program saw it. */
  readonly direction: string;
  /** Drop reason, or where the packet went. */
  readonly code: string;
  readonly sentence: string;
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
  const code = (isDrop ? dropReasons : forwardCodes)[event.code];
  const translated = event.to.daddr === 0 && event.to.saddr === 0 ? undefined : event.to;
  return {
    time: new Date(bootMs + Number(event.time / 1_000_000n)).toISOString(),
    type: wordOf(LabEventType, event.type),
    direction: wordOf(LabDirection, event.direction),
    code: code?.name ?? String(event.code),
    sentence: code?.sentence ?? 'Unknown code: the datapath is newer than the agent',
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

/** `fromContainer` of an enum as `from_container`, the word of the C side. */
function wordOf(words: Readonly<Record<string, number>>, value: number): string {
  const name = Object.keys(words).find((key) => words[key] === value) ?? String(value);
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
