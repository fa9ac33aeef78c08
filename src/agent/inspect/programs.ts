import { readdirSync } from 'node:fs';
import {
  AttachType,
  type CgroupHook,
  cgroupPrograms,
  clsactFilters,
  type Direction,
  deviceNames,
  errnoOf,
  ifindexOf,
  openProgram,
  openProgramById,
  tcxPrograms,
} from '../../bpf-sys/index.ts';
import type { InspectedProgram } from '../../datapath/inspection.ts';
import type { PinPaths } from '../pins.ts';

export interface ProgramPlaces {
  readonly pins: PinPaths;
  readonly cgroup: string;
  readonly device: string;
}

const directions: readonly Direction[] = ['ingress', 'egress'];
const cgroupHooks = Object.keys(AttachType).filter((name): name is CgroupHook => !name.startsWith('tcx'));

/** Every program on the uplink, on the pods' devices and on the node's cgroup, whoever put it there. */
export function inspectPrograms({ pins, cgroup, device }: ProgramPlaces): readonly InspectedProgram[] {
  const ours = pinnedPrograms(pins);
  const describe = (hook: string, at: string, id: number): readonly InspectedProgram[] => {
    const info = programInfo(id);
    if (info === undefined) return [];
    const name = ours.get(id);
    return [{ hook, at, id, name: name ?? info.name, tag: info.tag, ours: name !== undefined }];
  };
  const devices = deviceNames().filter((name) => name === device || name.startsWith('lxc'));
  const onDevices = devices.flatMap((name) => {
    const ifindex = ifindexOf(name);
    if (ifindex === undefined) return [];
    return directions.flatMap((direction) => [
      ...tcxIds(ifindex, direction).flatMap((id) => describe(`tcx/${direction}`, name, id)),
      ...clsactFilters(ifindex, direction).flatMap(({ programId }) =>
        describe(`clsact/${direction}`, name, programId),
      ),
    ]);
  });
  const onCgroup = cgroupHooks.flatMap((hook) =>
    cgroupPrograms(cgroup, hook).flatMap((id) => describe(`cgroup/${hook}`, cgroup, id)),
  );
  return [...onDevices, ...onCgroup];
}

/** Whole names by program id: the kernel itself keeps 15 characters. */
export function pinnedPrograms(pins: PinPaths): ReadonlyMap<number, string> {
  return new Map(
    readdirSync(pins.programs).map((name) => {
      const program = openProgram(pins.program(name));
      const { id } = program.info;
      program.close();
      return [id, name];
    }),
  );
}

/** Kernels without TCX have no programs there. */
function tcxIds(ifindex: number, direction: Direction): readonly number[] {
  try {
    return tcxPrograms(ifindex, direction);
  } catch (error) {
    if (errnoOf(error) === 'EINVAL') return [];
    throw error;
  }
}

/** Undefined for a program that went away since its hook was read. */
function programInfo(id: number): { readonly name: string; readonly tag: string } | undefined {
  try {
    const program = openProgramById(id);
    const { info } = program;
    program.close();
    return info;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
