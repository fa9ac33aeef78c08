/** Single BPF instructions, for probes that must not depend on a compiler. */
const instruction = (code: number, registers: number, offset: number, immediate: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt8(code, 0);
  bytes.writeUInt8(registers, 1);
  bytes.writeInt16LE(offset, 2);
  bytes.writeInt32LE(immediate, 4);
  return bytes;
};

const r0 = 0;
const r1 = 1;
const r2 = 2;

/** rN = value */
const set = (register: number, value: number): Buffer => instruction(0xb7, register, 0, value);
/** to = *(u32 *)(from + offset) */
const load = (to: number, from: number, offset: number): Buffer =>
  instruction(0x61, (from << 4) | to, offset, 0);
/** *(u32 *)(to + offset) = from */
const store = (to: number, offset: number, from: number): Buffer =>
  instruction(0x63, (from << 4) | to, offset, 0);
/** if ((u32)register != value) skip */
const skipUnless = (register: number, value: number, skip: number): Buffer =>
  instruction(0x56, register, skip, value);
const exit = (): Buffer => instruction(0x95, 0, 0, 0);

/** Answers the value. */
export const answer = (value: number): Buffer => Buffer.concat([set(r0, value), exit()]);

/** A connect4 program that sends one address to another; both as the kernel has them, in network order. */
export function redirectConnect(from: number, to: number): Buffer {
  const userIp4 = 4;
  return Buffer.concat([
    load(r2, r1, userIp4),
    skipUnless(r2, from, 2),
    set(r2, to),
    store(r1, userIp4, r2),
    set(r0, 1),
    exit(),
  ]);
}
