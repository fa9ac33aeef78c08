import koffi from 'koffi';
import { environmentError, messageOf } from '../core/errors.ts';

/** An address in this process. Never leaves this folder. */
export type Address = bigint;
type Bytes = Uint8Array;

/**
 * All of libbpf and libc that labctl calls, by their own names. Functions of libbpf answer -errno, those
 * of libc -1 and errno; functions that answer an address answer null and errno.
 */
export interface Libbpf {
  bpf_object__open_mem(bytes: Bytes, size: number, options: Bytes): Address | null;
  bpf_object__load(object: Address): number;
  bpf_object__close(object: Address): void;
  bpf_object__next_map(object: Address, map: Address | null): Address | null;
  bpf_object__next_program(object: Address, program: Address | null): Address | null;
  bpf_map__name(map: Address): string;
  bpf_map__fd(map: Address): number;
  bpf_map__set_pin_path(map: Address, path: string): number;
  bpf_map__set_max_entries(map: Address, count: number): number;
  bpf_map__initial_value(map: Address, size: Bytes): Address | null;
  bpf_program__name(program: Address): string;
  bpf_program__fd(program: Address): number;
  bpf_program__set_autoload(program: Address, autoload: boolean): number;
  libbpf_num_possible_cpus(): number;
  libbpf_set_print(print: Address | null): Address | null;
  bpf_map_create(type: number, name: string, key: number, value: number, max: number, options: null): number;
  bpf_map_lookup_elem(fd: number, key: Bytes, value: Bytes): number;
  bpf_map_update_elem(fd: number, key: Bytes, value: Bytes, flags: number): number;
  bpf_map_delete_elem(fd: number, key: Bytes): number;
  bpf_map_get_next_key(fd: number, key: Bytes | null, next: Bytes): number;
  bpf_map_lookup_batch(
    fd: number,
    from: Bytes | null,
    to: Bytes,
    keys: Bytes,
    values: Bytes,
    count: Bytes,
    options: Bytes,
  ): number;
  bpf_map_update_batch(fd: number, keys: Bytes, values: Bytes, count: Bytes, options: Bytes): number;
  bpf_map_delete_batch(fd: number, keys: Bytes, count: Bytes, options: Bytes): number;
  bpf_obj_pin(fd: number, path: string): number;
  bpf_obj_get(path: string): number;
  bpf_obj_get_info_by_fd(fd: number, info: Bytes, size: Bytes): number;
  bpf_map_get_fd_by_id(id: number): number;
  bpf_prog_get_fd_by_id(id: number): number;
  bpf_btf_get_fd_by_id(id: number): number;
  bpf_prog_load(
    type: number,
    name: string,
    license: string,
    instructions: Bytes,
    count: number,
    options: Bytes | null,
  ): number;
  bpf_prog_query_opts(target: number, type: number, options: Bytes): number;
  bpf_prog_test_run_opts(fd: number, options: Bytes): number;
  bpf_link_create(program: number, target: number, type: number, options: null): number;
  bpf_link_update(link: number, program: number, options: null): number;
  bpf_link_detach(link: number): number;
  bpf_tc_hook_create(hook: Bytes): number;
  bpf_tc_attach(hook: Bytes, options: Bytes): number;
  bpf_tc_detach(hook: Bytes, options: Bytes): number;
  bpf_tc_query(hook: Bytes, options: Bytes): number;
}

export interface Libc {
  open(path: string, flags: number): number;
  close(fd: number): number;
  fcntl(fd: number, command: number, argument: number): number;
  setns(fd: number, type: number): number;
  unshare(flags: number): number;
  socket(family: number, type: number, protocol: number): number;
  send(fd: number, bytes: Bytes, size: number, flags: number): bigint | number;
  recv(fd: number, bytes: Bytes, size: number, flags: number): bigint | number;
  getsockopt(fd: number, level: number, name: number, value: Bytes, size: Bytes): number;
  if_nametoindex(name: string): number;
  mount(source: string, target: string, type: string, flags: number, data: string): number;
  umount2(target: string, flags: number): number;
  mmap(at: null, size: number, protection: number, flags: number, fd: number, offset: number): Address;
  munmap(at: Address, size: number): number;
  getpagesize(): number;
  vsnprintf(out: Bytes, size: number, format: Address, list: Address): number;
}

/** C signatures, `%` standing for the function's own name. */
const libbpfSignatures: Record<keyof Libbpf, string> = {
  bpf_object__open_mem: 'void *%(const void *, size_t, const void *)',
  bpf_object__load: 'int %(void *)',
  bpf_object__close: 'void %(void *)',
  bpf_object__next_map: 'void *%(void *, void *)',
  bpf_object__next_program: 'void *%(void *, void *)',
  bpf_map__name: 'const char *%(void *)',
  bpf_map__fd: 'int %(void *)',
  bpf_map__set_pin_path: 'int %(void *, const char *)',
  bpf_map__set_max_entries: 'int %(void *, uint32_t)',
  bpf_map__initial_value: 'void *%(void *, void *)',
  bpf_program__name: 'const char *%(void *)',
  bpf_program__fd: 'int %(void *)',
  bpf_program__set_autoload: 'int %(void *, bool)',
  libbpf_num_possible_cpus: 'int %()',
  libbpf_set_print: 'void *%(void *)',
  bpf_map_create: 'int %(int, const char *, uint32_t, uint32_t, uint32_t, const void *)',
  bpf_map_lookup_elem: 'int %(int, const void *, void *)',
  bpf_map_update_elem: 'int %(int, const void *, const void *, uint64_t)',
  bpf_map_delete_elem: 'int %(int, const void *)',
  bpf_map_get_next_key: 'int %(int, const void *, void *)',
  bpf_map_lookup_batch: 'int %(int, void *, void *, void *, void *, void *, const void *)',
  bpf_map_update_batch: 'int %(int, const void *, const void *, void *, const void *)',
  bpf_map_delete_batch: 'int %(int, const void *, void *, const void *)',
  bpf_obj_pin: 'int %(int, const char *)',
  bpf_obj_get: 'int %(const char *)',
  bpf_obj_get_info_by_fd: 'int %(int, void *, void *)',
  bpf_map_get_fd_by_id: 'int %(uint32_t)',
  bpf_prog_get_fd_by_id: 'int %(uint32_t)',
  bpf_btf_get_fd_by_id: 'int %(uint32_t)',
  bpf_prog_load: 'int %(int, const char *, const char *, const void *, size_t, const void *)',
  bpf_prog_query_opts: 'int %(int, int, void *)',
  bpf_prog_test_run_opts: 'int %(int, void *)',
  bpf_link_create: 'int %(int, int, int, const void *)',
  bpf_link_update: 'int %(int, int, const void *)',
  bpf_link_detach: 'int %(int)',
  bpf_tc_hook_create: 'int %(void *)',
  bpf_tc_attach: 'int %(const void *, void *)',
  bpf_tc_detach: 'int %(const void *, const void *)',
  bpf_tc_query: 'int %(const void *, void *)',
};

const libcSignatures: Record<keyof Libc, string> = {
  open: 'int %(const char *, int)',
  close: 'int %(int)',
  fcntl: 'int %(int, int, long)',
  setns: 'int %(int, int)',
  unshare: 'int %(int)',
  socket: 'int %(int, int, int)',
  send: 'long %(int, const void *, size_t, int)',
  recv: 'long %(int, void *, size_t, int)',
  getsockopt: 'int %(int, int, int, void *, void *)',
  if_nametoindex: 'unsigned int %(const char *)',
  mount: 'int %(const char *, const char *, const char *, unsigned long, const char *)',
  umount2: 'int %(const char *, int)',
  mmap: 'void *%(void *, size_t, int, int, int, long)',
  getpagesize: 'int %()',
  munmap: 'int %(void *, size_t)',
  vsnprintf: 'int %(void *, size_t, void *, void *)',
};

export const libbpf: Libbpf = bound<Libbpf>(libbpfSignatures, 'libbpf.so.1');
export const libc: Libc = bound<Libc>(libcSignatures, 'libc.so.6');

/** errno of the call before this one; meaningful only where that call failed. */
export const errno = (): number => koffi.errno();
export const addressOf = (bytes: Bytes): Address => koffi.address(bytes);
/** The memory itself, not a copy: valid until it is unmapped or its owner is closed. */
export const memoryAt = (address: Address, size: number): ArrayBuffer => koffi.view(address, size);

/** A watched descriptor. It does not keep the process alive. */
export interface PollHandle {
  close(): void;
}

/** Calls back whenever the descriptor is readable, again while it stays so, until closed. */
export function pollReadable(fd: number, callback: () => void): PollHandle {
  const handle = koffi.node.poll(fd, { readable: true }, callback);
  handle.unref();
  return handle;
}

const printType = koffi.proto('int labctl_print(int level, void *format, void *list)');

/** Of libbpf: 0 warns, 1 informs, 2 is for who debugs libbpf itself. */
const informing = 1;

/** Sends libbpf's messages to `sink` while `run` runs, so that none reaches stderr. */
export function withMessages<T>(sink: (line: string) => void, run: () => T): T {
  const callback = koffi.register((level: number, format: Address, list: Address): number => {
    if (level > informing) return 0;
    const text = Buffer.alloc(4096);
    const length = libc.vsnprintf(text, text.length, format, list);
    sink(text.toString('utf8', 0, Math.min(length, text.length - 1)).trimEnd());
    return length;
  }, koffi.pointer(printType));
  libbpf.libbpf_set_print(callback);
  try {
    return run();
  } finally {
    libbpf.libbpf_set_print(null);
    koffi.unregister(callback);
  }
}

/** Binds each function at its first use: a start pays only for what it calls. */
function bound<T extends object>(signatures: Record<keyof T, string>, file: string): T {
  let library: ReturnType<typeof koffi.load> | undefined;
  const functions = {};
  for (const [name, signature] of Object.entries<string>(signatures)) {
    Object.defineProperty(functions, name, {
      configurable: true,
      enumerable: true,
      get: () => {
        library ??= open(file);
        const value = library.func(signature.replace('%', name));
        Object.defineProperty(functions, name, { value });
        return value;
      },
    });
  }
  return functions as T;
}

function open(file: string): ReturnType<typeof koffi.load> {
  try {
    return koffi.load(file);
  } catch (cause) {
    throw environmentError('E_LIBRARY_MISSING', `${file} cannot be loaded: ${messageOf(cause)}`, {
      cause,
      fix: 'apt-get install libbpf1',
    });
  }
}
