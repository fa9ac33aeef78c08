export { isBpffs, mountBpffs, unmountBpffs } from './bpffs.ts';
export { btfById } from './btf-of.ts';
export { attachClsact, clsactProgram, detachClsact, type FilterPlace } from './clsact.ts';
export { type ClsactFilter, clsactFilters } from './clsact-filters.ts';
export { deviceNames, ifindexOf } from './device.ts';
export { errnoName, errnoOf } from './errors.ts';
export { cgroupPrograms, tcxPrograms } from './hooks.ts';
export {
  AttachType,
  attachCgroup,
  attachTcx,
  type BpfLink,
  type CgroupHook,
  type Direction,
  type LinkInfo,
  openLink,
} from './link.ts';
export { type BpfMap, createMap, type MapInfo, MapType, openMap, openMapById } from './map.ts';
export type { MapDump } from './map-dump.ts';
export { inNamespace, inNewNamespace, netnsCookie } from './netns.ts';
export { type LoadedObject, type ObjectFile, openObject } from './object.ts';
export {
  type BpfProgram,
  loadProgram,
  openProgram,
  openProgramById,
  type ProgramInfo,
  ProgramType,
} from './program.ts';
export { openRing, type RecordHandler, type RingReader, watchRing } from './ring-buffer.ts';
export { type SkBuff, type TestRun, testRun } from './test-run.ts';
