import { checked, errnoName } from './errors.ts';
import { libbpf, withMessages } from './libbpf.ts';
import type { Direction } from './link.ts';
import type { BpfProgram } from './program.ts';
import { withStruct } from './struct.ts';

/** Our filter on a clsact hook is the one with this priority and handle: replacing it is one act. */
export interface FilterPlace {
  readonly priority: number;
  readonly handle: number;
}

const attachPoints = { ingress: 1, egress: 2 } as const;
const BPF_TC_F_REPLACE = 1;
const nothing = (): undefined => undefined;

/** Puts the program at its place of the device's clsact hook, in place of what is there. Makes the qdisc. */
export function attachClsact(
  program: BpfProgram,
  ifindex: number,
  direction: Direction,
  place: FilterPlace,
): void {
  withHook(ifindex, direction, (hook) => {
    // libbpf talks where the qdisc is there already, which is normal.
    const made = withMessages(nothing, () => libbpf.bpf_tc_hook_create(hook));
    if (made < 0 && errnoName(-made) !== 'EEXIST')
      checked('bpf_tc_hook_create', made, `make clsact on device ${ifindex}`);
    withFilter({ ...place, program: program.fd, flags: BPF_TC_F_REPLACE }, (filter) =>
      checked(
        'bpf_tc_attach',
        libbpf.bpf_tc_attach(hook, filter),
        `attach to clsact ${direction} of device ${ifindex}`,
      ),
    );
  });
}

/** False where there was none. */
export function detachClsact(ifindex: number, direction: Direction, place: FilterPlace): boolean {
  return withHook(ifindex, direction, (hook) => {
    const result = withMessages(nothing, () =>
      withFilter(place, (filter) => libbpf.bpf_tc_detach(hook, filter)),
    );
    return isAbsent(result)
      ? false
      : checked('bpf_tc_detach', result, `detach from clsact of device ${ifindex}`) >= 0;
  });
}

/** Id of the program at our place, or undefined. */
export function clsactProgram(ifindex: number, direction: Direction, place: FilterPlace): number | undefined {
  return withHook(ifindex, direction, (hook) =>
    withFilter(place, (filter) => {
      const result = withMessages(nothing, () => libbpf.bpf_tc_query(hook, filter));
      if (isAbsent(result)) return undefined;
      checked('bpf_tc_query', result, `read clsact of device ${ifindex}`);
      return filter.readUInt32LE(16);
    }),
  );
}

/** No such filter, no such qdisc, no such device. */
const isAbsent = (result: number): boolean =>
  result < 0 && ['ENOENT', 'EINVAL', 'ENODEV'].includes(errnoName(-result));

const withHook = <T>(ifindex: number, direction: Direction, call: (hook: Buffer) => T): T =>
  withStruct(
    24,
    (hook) => {
      hook.u64(0, 24n);
      hook.u32(8, ifindex);
      hook.u32(12, attachPoints[direction]);
    },
    call,
  );

const withFilter = <T>(
  filter: FilterPlace & { readonly program?: number; readonly flags?: number },
  call: (filter: Buffer) => T,
): T =>
  withStruct(
    32,
    (options) => {
      options.u64(0, 32n);
      options.u32(8, filter.program ?? 0);
      options.u32(12, filter.flags ?? 0);
      options.u32(20, filter.handle);
      options.u32(24, filter.priority);
    },
    call,
  );
