import { isTree } from '../values/tree.ts';
import { inRange, type VersionRange } from '../version.ts';

/** A place at which Cilium has a program when it does a thing, and how the kernel shows it. */
interface ProgramRow extends VersionRange {
  readonly place: 'pods' | 'uplink';
  readonly name: RegExp;
}

/**
 * Names of filters by version: the object and section of the file that tc loaded, then the device, then the program
 * with the device (cilium/cilium, pkg/datapath/loader, which removes those of earlier versions); by TCX links, from
 * 1.16 on kernels that have them, the program alone.
 */
const rows: readonly ProgramRow[] = [
  { place: 'pods', name: /\[from-container\]/, before: '1.13.0' },
  { place: 'pods', name: /^cilium-/, from: '1.13.0', before: '1.14.0' },
  { place: 'pods', name: /^cil_from_container/, from: '1.14.0' },
  { place: 'uplink', name: /\[from-netdev\]/, before: '1.13.0' },
  { place: 'uplink', name: /^cilium-/, from: '1.13.0', before: '1.14.0' },
  { place: 'uplink', name: /^cil_from_netdev/, from: '1.14.0' },
];

export const programNameAt = (place: ProgramRow['place'], version: string): RegExp | undefined =>
  rows.find((row) => row.place === place && inRange(version, row))?.name;

export interface AttachedProgram {
  readonly device: string;
  /** `clsact/ingress`, `tcx/ingress`. */
  readonly hook: string;
  readonly name: string;
}

/** Reads `bpftool --json net show`; undefined where it is not of the shape known. */
export function readAttached(output: unknown): readonly AttachedProgram[] | undefined {
  if (!Array.isArray(output)) return undefined;
  const lists = output.map((part) => (isTree(part) && Array.isArray(part.tc) ? part.tc : undefined));
  if (lists.length === 0 || lists.includes(undefined)) return undefined;
  return lists.flatMap((list) =>
    (list ?? []).flatMap((row): AttachedProgram[] =>
      isTree(row) ? [{ device: String(row.devname), hook: String(row.kind), name: String(row.name) }] : [],
    ),
  );
}
