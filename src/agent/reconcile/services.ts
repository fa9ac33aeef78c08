import { type EndpointSlice, keyOf, type Service, serviceNameLabel } from '../../core/k8s.ts';
import type { Log } from '../../core/log.ts';
import { type Frontend, frontendKey, frontendsOf } from './frontends.ts';
import type { ServiceWriter } from './service-writer.ts';

/** Services and their slices as they are wanted, and what is to be computed anew. */
export interface Services {
  readonly setService: (service: Service) => void;
  readonly deleteService: (service: Service) => void;
  readonly setSlice: (slice: EndpointSlice) => void;
  readonly deleteSlice: (slice: EndpointSlice) => void;
  readonly hasChanges: () => boolean;
  /** Writes what changed since the last call, and answers how many Services that were. */
  readonly flush: () => number;
  readonly services: () => readonly Service[];
  readonly slices: () => readonly EndpointSlice[];
  readonly frontendCount: () => number;
}

interface Entry {
  service?: Service;
  readonly slices: Map<string, EndpointSlice>;
  /** Keys of the frontends that it has in the table. */
  frontends: ReadonlySet<string>;
}

/** `writer` is undefined where something else serves Services: then changes are only collected. */
export function createServices(node: string, writer: ServiceWriter | undefined, log: Log): Services {
  const entries = new Map<string, Entry>();
  /** Which Service has a frontend; two that want the same one do not take it from each other. */
  const owners = new Map<string, { readonly service: string; readonly frontend: Frontend }>();
  const dirty = new Set<string>();
  const refused = new Map<string, Set<string>>();
  let isFirst = true;

  const entryOf = (key: string): Entry => {
    const known = entries.get(key);
    if (known !== undefined) return known;
    const made: Entry = { slices: new Map(), frontends: new Set() };
    entries.set(key, made);
    return made;
  };
  const changeSlice = (slice: EndpointSlice, change: (slices: Entry['slices']) => void): void => {
    const name = slice.metadata.labels?.[serviceNameLabel];
    if (name === undefined) return;
    const key = `${slice.metadata.namespace ?? 'default'}/${name}`;
    change(entryOf(key).slices);
    dirty.add(key);
  };

  function wantedOf(key: string, entry: Entry): Map<string, Frontend> {
    const wanted = new Map<string, Frontend>();
    if (entry.service === undefined) return wanted;
    for (const frontend of frontendsOf(entry.service, [...entry.slices.values()], node)) {
      const name = frontendKey(frontend);
      const owner = owners.get(name)?.service ?? key;
      if (owner === key) {
        wanted.set(name, frontend);
      } else {
        log.warn('two Services want one address and port', { refused: key, has: owner, frontend: name });
        refused.set(name, (refused.get(name) ?? new Set()).add(key));
      }
    }
    return wanted;
  }

  function flushOne(key: string, table: ServiceWriter): void {
    const entry = entryOf(key);
    const wanted = wantedOf(key, entry);
    for (const name of entry.frontends) {
      const had = owners.get(name);
      if (wanted.has(name) || had === undefined) continue;
      table.remove(had.frontend);
      owners.delete(name);
      for (const other of refused.get(name) ?? []) dirty.add(other);
      refused.delete(name);
    }
    for (const [name, frontend] of wanted) {
      table.set(frontend);
      owners.set(name, { service: key, frontend });
    }
    entry.frontends = new Set(wanted.keys());
    if (entry.service === undefined && entry.slices.size === 0) entries.delete(key);
  }

  return {
    setService: (service) => {
      entryOf(keyOf(service)).service = service;
      dirty.add(keyOf(service));
    },
    deleteService: (service) => {
      delete entryOf(keyOf(service)).service;
      dirty.add(keyOf(service));
    },
    setSlice: (slice) => changeSlice(slice, (slices) => slices.set(keyOf(slice), slice)),
    deleteSlice: (slice) => changeSlice(slice, (slices) => slices.delete(keyOf(slice))),
    hasChanges: () => dirty.size > 0 || isFirst,
    flush: () => {
      let count = 0;
      // A Set tells what is added during the walk: a Service that may have a freed frontend now.
      for (const key of dirty) {
        dirty.delete(key);
        try {
          if (writer !== undefined) flushOne(key, writer);
        } catch (error) {
          // Last in the order of the next flush: one that cannot be written holds up no other for good.
          dirty.add(key);
          throw error;
        }
        count++;
      }
      if (isFirst) writer?.sweep(new Set(owners.keys()));
      isFirst = false;
      return count;
    },
    services: () => [...entries.values()].flatMap(({ service }) => service ?? []),
    slices: () => [...entries.values()].flatMap(({ slices }) => [...slices.values()]),
    frontendCount: () => owners.size,
  };
}
