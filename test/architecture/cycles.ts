import type { Source } from './scan.ts';

/** A ring of files that load each other, from a file back to itself; undefined where there is none. */
export function findCycle(sources: readonly Source[]): readonly string[] | undefined {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const done = new Set<string>();

  const visit = (path: string, trail: readonly string[]): readonly string[] | undefined => {
    const at = trail.indexOf(path);
    if (at !== -1) return [...trail.slice(at), path];
    if (done.has(path)) return undefined;
    const loaded =
      byPath.get(path)?.imports.filter((each) => each.isOurs && !each.isType && !each.isLazy) ?? [];
    for (const { target } of loaded) {
      const ring = visit(target, [...trail, path]);
      if (ring !== undefined) return ring;
    }
    done.add(path);
    return undefined;
  };

  for (const { path } of sources) {
    const ring = visit(path, []);
    if (ring !== undefined) return ring;
  }
  return undefined;
}
