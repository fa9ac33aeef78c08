export { isBpffs, mountBpffs, unmountBpffs } from './bpffs.ts';
export { errnoName, errnoOf } from './errors.ts';
export { type BpfMap, createMap, type MapInfo, MapType, openMap, openMapById } from './map.ts';
export type { MapDump } from './map-dump.ts';
export { type LoadedObject, type ObjectFile, openObject } from './object.ts';
export {
  type BpfProgram,
  loadProgram,
  openProgram,
  openProgramById,
  type ProgramInfo,
  ProgramType,
} from './program.ts';
export { type SkBuff, type TestRun, testRun } from './test-run.ts';
