import { basename } from 'node:path';
import { sysError } from './errors.ts';
import { type Address, addressOf, errno, libbpf, memoryAt, withMessages } from './libbpf.ts';
import { type BpfMap, mapFromFd } from './map.ts';
import { type BpfProgram, programFromFd } from './program.ts';
import { cString, textOf, withStruct } from './struct.ts';

/** An object file that is open and not yet in the kernel. */
export interface ObjectFile {
  readonly maps: readonly string[];
  readonly programs: readonly string[];
  /** The map is taken from this pin where it exists, and pinned there where not. */
  setPinPath(map: string, path: string): void;
  setMaxEntries(map: string, count: number): void;
  /** Programs left out are not verified and not loaded. */
  leaveOut(program: string): void;
  /** Writes into the initial value of a section such as `.rodata.config`. */
  write(section: string, offset: number, bytes: Uint8Array): void;
  /** Puts maps and programs into the kernel. Throws E_BPF with the end of the verifier's log. */
  load(): LoadedObject;
  /** Repeatable; also closes what `load` answered. */
  close(): void;
}

/** Handles are duplicates with a life of their own: close each. */
export interface LoadedObject {
  map(name: string): BpfMap;
  program(name: string): BpfProgram;
}

const logSize = 4 << 20;
const logLinesShown = 40;

export function openObject(bytes: Uint8Array, name: string): ObjectFile {
  const log = Buffer.allocUnsafeSlow(logSize);
  log[0] = 0;
  const messages: string[] = [];
  const listening = <T>(run: () => T): T => withMessages((line) => messages.push(line), run);
  const opened = listening(() => open(bytes, name, log));
  if (opened === null) throw sysError('bpf_object__open_mem', errno(), `open ${name}`, messages.join('\n'));

  let object: Address | undefined = opened;
  const alive = (): Address => {
    if (object === undefined) throw new Error(`${name} is closed`);
    return object;
  };
  const maps = named(opened, libbpf.bpf_object__next_map, libbpf.bpf_map__name);
  const programs = named(opened, libbpf.bpf_object__next_program, libbpf.bpf_program__name);
  const find = (table: ReadonlyMap<string, Address>, kind: string, wanted: string): Address => {
    alive();
    const found = table.get(wanted);
    if (found === undefined)
      throw new Error(`${name} has no ${kind} ${wanted}: ${[...table.keys()].join(', ')}`);
    return found;
  };
  const must = (call: string, result: number, what: string): void => {
    if (result < 0) throw sysError(call, -result, `${what} of ${name}`, messages.join('\n'));
  };

  return {
    maps: [...maps.keys()],
    programs: [...programs.keys()],
    setPinPath(map, path) {
      must(
        'bpf_map__set_pin_path',
        libbpf.bpf_map__set_pin_path(find(maps, 'map', map), path),
        `set the pin path of ${map}`,
      );
    },
    setMaxEntries(map, count) {
      must(
        'bpf_map__set_max_entries',
        libbpf.bpf_map__set_max_entries(find(maps, 'map', map), count),
        `size ${map}`,
      );
    },
    leaveOut(program) {
      must(
        'bpf_program__set_autoload',
        libbpf.bpf_program__set_autoload(find(programs, 'program', program), false),
        `leave out ${program}`,
      );
    },
    write(section, offset, data) {
      const size = Buffer.alloc(8);
      const address = libbpf.bpf_map__initial_value(find(maps, 'section', section), size);
      const length = Number(size.readBigUInt64LE());
      if (address === null || offset + data.length > length) {
        throw new RangeError(`${name} ${section}: ${length} bytes, cannot write ${data.length} at ${offset}`);
      }
      new Uint8Array(memoryAt(address, length)).set(data, offset);
    },
    load() {
      messages.length = 0;
      const result = listening(() => libbpf.bpf_object__load(alive()));
      if (result < 0) throw sysError('bpf_object__load', -result, `load ${name}`, whyNot(messages, log));
      return {
        map: (map) => mapFromFd(libbpf.bpf_map__fd(find(maps, 'map', map)), map),
        program: (program) =>
          programFromFd(libbpf.bpf_program__fd(find(programs, 'program', program)), program),
      };
    },
    close() {
      if (object === undefined) return;
      libbpf.bpf_object__close(object);
      object = undefined;
    },
  };
}

function open(bytes: Uint8Array, name: string, log: Buffer): Address | null {
  // No directory of libbpf's own choice: only maps whose path was set are pinned.
  const pinRoot = cString('/nonexistent');
  return withStruct(
    80,
    (options) => {
      options.u64(0, 80n);
      options.pointer(8, cString(basename(name)));
      options.pointer(24, pinRoot);
      options.u64(56, addressOf(log));
      options.u64(64, BigInt(log.length));
    },
    (options) => libbpf.bpf_object__open_mem(bytes, bytes.length, options),
  );
}

function named(
  object: Address,
  next: (object: Address, previous: Address | null) => Address | null,
  nameOf: (address: Address) => string,
): ReadonlyMap<string, Address> {
  const found = new Map<string, Address>();
  for (let at = next(object, null); at !== null; at = next(object, at)) found.set(nameOf(at), at);
  return found;
}

/** libbpf's own lines without its echo of the log, then the end of the verifier's log. */
function whyNot(messages: readonly string[], log: Buffer): string {
  const said = messages.flatMap((message) =>
    message.includes('BEGIN PROG LOAD LOG') ? [] : message.split('\n'),
  );
  const lines = textOf(log, 0, log.length - 1)
    .trimEnd()
    .split('\n');
  return [...said.slice(0, logLinesShown), ...lines.slice(-logLinesShown)]
    .filter((line) => line !== '')
    .join('\n');
}
