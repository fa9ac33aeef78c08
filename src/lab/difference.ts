import { isDeepStrictEqual } from 'node:util';
import type { ResolvedLab } from '../profile/resolved-lab.ts';

/** One value in which the lab that is up is not the one asked for. */
export interface Difference {
  /** `network.podCIDR`. */
  readonly path: string;
  readonly from: unknown;
  readonly to: unknown;
  /** It can change while the lab runs. */
  readonly live: boolean;
}

/** Parts of a lab that are built into it; everything else follows while it runs. */
const fixedParts = ['name', 'nodes', 'network', 'ipam'];
/** Answers that labs on this machine never ask for. */
const unusedHere = ['runtime', 'agent', 'registryMirrors', 'existing', 'raw'];

/** `unused` are paths that the lab's runtime never asks for. */
export function differences(
  before: ResolvedLab,
  now: ResolvedLab,
  unused: readonly string[] = unusedHere,
): Difference[] {
  const found = Object.keys(now).flatMap((key) =>
    compare(key, valueAt(before, key), valueAt(now, key)).map((difference) => ({
      ...difference,
      live: !fixedParts.includes(key),
    })),
  );
  return found.filter(({ path }) => !unused.some((each) => path === each || path.startsWith(`${each}.`)));
}

function compare(path: string, from: unknown, to: unknown): Omit<Difference, 'live'>[] {
  if (isDeepStrictEqual(from, to)) return [];
  if (!isRecord(from) || !isRecord(to)) return [{ path, from, to }];
  const keys = new Set([...Object.keys(from), ...Object.keys(to)]);
  return [...keys].flatMap((key) => compare(`${path}.${key}`, from[key], to[key]));
}

const valueAt = (lab: ResolvedLab, key: string): unknown =>
  Object.entries(lab).find(([name]) => name === key)?.[1];

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
