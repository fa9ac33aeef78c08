import { readdirSync, statSync } from 'node:fs';
import { attachCgroup, type Direction, ifindexOf, type LinkInfo, openProgram } from '../../bpf-sys/index.ts';
import type { DatapathConfig } from '../../core/agent-config.ts';
import { pinPaths } from '../pins.ts';
import { type AttachMode, attachMode, deviceHooks, onDevice } from './device-hooks.ts';
import { dropLink, ensureLink, openIfThere, swap } from './pinned-link.ts';
import { cgroupLink, cgroupRows, parseLink, rowsOf } from './rows.ts';

export interface HooksOptions {
  readonly pins: string;
  readonly attach: DatapathConfig['attach'];
}

/** A pinned attachment as the kernel has it. */
export interface HookState {
  readonly pin: string;
  readonly hook: string;
  readonly device?: string;
  readonly programId: number;
  /** False once its device or cgroup is gone. */
  readonly alive: boolean;
}

export interface Refreshed {
  readonly kept: number;
  readonly swapped: number;
  readonly dropped: number;
}

/** Attaches the programs of a pin directory. Everything may be repeated; devices are those of the caller's namespace. */
export interface Hooks {
  readonly mode: AttachMode;
  /** Node's side of a pod's veth. */
  readonly endpoint: (device: string) => void;
  /** The device may be gone already. */
  readonly detachEndpoint: (device: string) => void;
  /** The node's uplink, in both directions where none is named. */
  readonly device: (device: string, directions?: readonly Direction[]) => void;
  readonly detachDevice: (device: string) => void;
  readonly cgroup: (path: string) => void;
  readonly detachCgroup: () => void;
  /** After a load: makes every pinned link run the program that is pinned now, and drops dead ones. */
  readonly refresh: () => Refreshed;
  /** Links by their pins; clsact filters have none. */
  readonly list: () => readonly HookState[];
}

export function openHooks(options: HooksOptions): Hooks {
  const pins = pinPaths(options.pins);
  const hooks = deviceHooks(attachMode(options.attach), pins);
  const attach = (role: 'endpoint' | 'device') => (device: string, directions?: readonly Direction[]) =>
    onDevice(role, device, (row, ifindex) => {
      if (directions?.includes(row.direction) ?? true) hooks.attach(row, device, ifindex);
    });
  const detach = (role: 'endpoint' | 'device') => (device: string) => {
    for (const row of rowsOf(role)) hooks.detach(row, device, ifindexOf(device));
  };

  return {
    mode: hooks.mode,
    endpoint: attach('endpoint'),
    detachEndpoint: detach('endpoint'),
    device: attach('device'),
    detachDevice: detach('device'),
    cgroup(path) {
      const id = statSync(path, { bigint: true }).ino;
      for (const row of cgroupRows) {
        const program = openProgram(pins.program(row.program));
        try {
          const link = {
            path: pins.link(cgroupLink(row)),
            fits: (info: { readonly cgroupId: bigint }) => info.cgroupId === id,
            attach: () => attachCgroup(program, path, row.hook),
          };
          ensureLink(link, program);
        } finally {
          program.close();
        }
      }
    },
    detachCgroup() {
      for (const row of cgroupRows) dropLink(pins.link(cgroupLink(row)));
    },
    refresh() {
      const pinned = new Set(readdirSync(pins.programs));
      const count = { kept: 0, swapped: 0, dropped: 0 };
      for (const name of readdirSync(pins.links)) {
        const parsed = parseLink(name);
        if (parsed === undefined) continue;
        const path = pins.link(name);
        const what = pinned.has(parsed.program) ? refreshed(path, pins.program(parsed.program)) : 'dropped';
        if (what === 'dropped') dropLink(path);
        count[what] += 1;
      }
      return count;
    },
    list: () =>
      readdirSync(pins.links).flatMap((name) => {
        const parsed = parseLink(name);
        const link = parsed === undefined ? undefined : openIfThere(pins.link(name));
        if (parsed === undefined || link === undefined) return [];
        const info = link.info();
        link.close();
        const device = parsed.device === undefined ? {} : { device: parsed.device };
        return [
          {
            pin: pins.link(name),
            hook: parsed.hook,
            ...device,
            programId: info.programId,
            alive: isAlive(info),
          },
        ];
      }),
  };
}

/** A dead link still takes no new program, and has no device or cgroup to name. */
function refreshed(linkPath: string, programPath: string): keyof Refreshed {
  const link = openIfThere(linkPath);
  if (link === undefined) return 'dropped';
  const program = openProgram(programPath);
  try {
    const info = link.info();
    if (!isAlive(info)) return 'dropped';
    if (info.programId === program.info.id) return 'kept';
    return swap(link, program) ? 'swapped' : 'dropped';
  } finally {
    program.close();
    link.close();
  }
}

const isAlive = ({ ifindex, cgroupId }: LinkInfo): boolean => ifindex > 0 || cgroupId > 0n;
