import { checked } from './errors.ts';
import { libbpf } from './libbpf.ts';
import type { BpfProgram } from './program.ts';
import { withStruct } from './struct.ts';

/** The fields of __sk_buff that a test run lets the caller set. */
export interface SkBuff {
  readonly mark?: number;
  readonly priority?: number;
  readonly ingressIfindex?: number;
  readonly ifindex?: number;
  readonly cb?: readonly number[];
  readonly wireLen?: number;
  readonly gsoSegments?: number;
  readonly gsoSize?: number;
}

export interface TestRun {
  /** Return code of the program, signed. */
  readonly verdict: number;
  /** The packet after the program. */
  readonly data: Buffer;
  readonly mark: number;
  readonly cb: readonly number[];
  /** Mean of one run. */
  readonly durationNs: number;
}

const contextSize = 192;
/** Room for what a program puts before the packet. */
const headroom = 512;

const fields: readonly (readonly [Exclude<keyof SkBuff, 'cb'>, number])[] = [
  ['mark', 8],
  ['priority', 32],
  ['ingressIfindex', 36],
  ['ifindex', 40],
  ['wireLen', 160],
  ['gsoSegments', 164],
  ['gsoSize', 176],
];

/** Runs a tc program on one packet (at least 14 bytes) without sending it anywhere. */
export function testRun(program: BpfProgram, packet: Uint8Array, skb: SkBuff = {}, repeat = 1): TestRun {
  const out = Buffer.alloc(packet.length + headroom);
  const context = Buffer.alloc(contextSize);
  for (const [field, offset] of fields) context.writeUInt32LE((skb[field] ?? 0) >>> 0, offset);
  for (const [index, value] of (skb.cb ?? []).slice(0, 5).entries())
    context.writeUInt32LE(value >>> 0, 48 + index * 4);
  const after = Buffer.alloc(contextSize);
  return withStruct(
    80,
    (options) => {
      options.u64(0, 80n);
      options.pointer(8, packet);
      options.pointer(16, out);
      options.u32(24, packet.length);
      options.u32(28, out.length);
      options.pointer(32, context);
      options.pointer(40, after);
      options.u32(48, contextSize);
      options.u32(52, contextSize);
      options.u32(60, repeat);
    },
    (options) => {
      checked(
        'bpf_prog_test_run_opts',
        libbpf.bpf_prog_test_run_opts(program.fd, options),
        'run a program on a test packet',
      );
      return {
        verdict: options.readInt32LE(56),
        data: out.subarray(0, options.readUInt32LE(28)),
        mark: after.readUInt32LE(8),
        cb: [0, 1, 2, 3, 4].map((index) => after.readUInt32LE(48 + index * 4)),
        durationNs: options.readUInt32LE(64),
      };
    },
  );
}
