import {
  attachClsact,
  attachTcx,
  clsactProgram,
  detachClsact,
  deviceNames,
  errnoOf,
  ifindexOf,
  openProgram,
  tcxPrograms,
} from '../../bpf-sys/index.ts';
import type { DatapathConfig } from '../../core/agent-config.ts';
import { environmentError } from '../../core/errors.ts';
import type { PinPaths } from '../pins.ts';
import { dropLink, ensureLink } from './pinned-link.ts';
import { type DeviceRole, type DeviceRow, deviceLink, filterPlace, rowsOf } from './rows.ts';

export type AttachMode = 'tcx' | 'clsact';

/** How programs are put on devices; two implementations, one per kernel interface. */
export interface DeviceHooks {
  readonly mode: AttachMode;
  /** Idempotent. */
  readonly attach: (row: DeviceRow, device: string, ifindex: number) => void;
  readonly detach: (row: DeviceRow, device: string, ifindex: number | undefined) => void;
}

/** Tells by trying whether the kernel has TCX (6.6): every namespace has a loopback device. */
export function attachMode(wanted: DatapathConfig['attach']): AttachMode {
  if (wanted === 'clsact') return 'clsact';
  try {
    tcxPrograms(ifindexOf('lo') ?? 1, 'ingress');
    return 'tcx';
  } catch (error) {
    if (errnoOf(error) !== 'EINVAL') throw error;
    if (wanted === 'auto') return 'clsact';
    throw environmentError('E_NO_TCX', 'this kernel has no TCX links', {
      cause: error,
      fix: 'use kernel 6.6 or later, or set datapath.attach to clsact or auto',
    });
  }
}

export const deviceHooks = (mode: AttachMode, pins: PinPaths): DeviceHooks =>
  mode === 'tcx' ? tcx(pins) : clsact(pins);

/** Runs each row of a role on a device that must exist. */
export function onDevice(
  role: DeviceRole,
  device: string,
  run: (row: DeviceRow, ifindex: number) => void,
): void {
  const ifindex = ifindexOf(device);
  if (ifindex === undefined) {
    throw environmentError(
      'E_NO_DEVICE',
      `there is no device ${device} in this network namespace; there are ${deviceNames().join(', ')}`,
    );
  }
  for (const row of rowsOf(role)) run(row, ifindex);
}

const tcx = (pins: PinPaths): DeviceHooks => ({
  mode: 'tcx',
  attach(row, device, ifindex) {
    const program = openProgram(pins.program(row.program));
    try {
      const link = {
        path: pins.link(deviceLink(row, device)),
        fits: (info: { readonly ifindex: number }) => info.ifindex === ifindex,
        attach: () => attachTcx(program, ifindex, row.direction),
      };
      ensureLink(link, program);
    } finally {
      program.close();
    }
    // The other way to attach may have been used before: never both.
    detachClsact(ifindex, row.direction, filterPlace);
  },
  detach: (row, device) => void dropLink(pins.link(deviceLink(row, device))),
});

const clsact = (pins: PinPaths): DeviceHooks => ({
  mode: 'clsact',
  attach(row, device, ifindex) {
    const program = openProgram(pins.program(row.program));
    try {
      if (clsactProgram(ifindex, row.direction, filterPlace) !== program.info.id) {
        attachClsact(program, ifindex, row.direction, filterPlace);
      }
    } finally {
      program.close();
    }
    dropLink(pins.link(deviceLink(row, device)));
  },
  detach(row, _device, ifindex) {
    if (ifindex !== undefined) detachClsact(ifindex, row.direction, filterPlace);
  },
});
