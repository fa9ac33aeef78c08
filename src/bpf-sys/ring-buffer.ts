import { checkedLibc } from './errors.ts';
import { type Address, libc, memoryAt, type PollHandle, pollReadable } from './libbpf.ts';
import type { BpfMap } from './map.ts';

/** Called with the bytes of one record, which are only valid during the call. */
export type RecordHandler = (record: Buffer) => void;

export interface RingReader {
  /** Reads what is there now, at most `limit` records; answers how many it read. */
  drain(limit: number): number;
  /** Repeatable. */
  close(): void;
}

export interface RingOptions {
  /** Records handled before other work of the process gets its turn. */
  readonly perWakeUp?: number;
  readonly onError: (error: unknown) => void;
}

const headerSize = 8;
const busyBit = 0x8000_0000;
const discardBit = 0x4000_0000;
const PROT_READ = 1;
const PROT_WRITE = 2;
const MAP_SHARED = 1;

/**
 * Reads a ring buffer through its mapped memory: one page with the consumer's position, one with the
 * producer's, then the data twice, so that no record is ever split.
 */
export function openRing(map: BpfMap, handle: RecordHandler): RingReader {
  const size = map.maxEntries;
  const pageSize = libc.getpagesize();
  const consumerAt = mapped(map.fd, pageSize, PROT_READ | PROT_WRITE, 0);
  const producerSize = pageSize + 2 * size;
  const producerAt = mapped(map.fd, producerSize, PROT_READ, pageSize);
  const consumer = new BigUint64Array(memoryAt(consumerAt, pageSize));
  const shared = memoryAt(producerAt, producerSize);
  const producer = new BigUint64Array(shared, 0, pageSize / 8);
  const headers = new Int32Array(shared, pageSize, (2 * size) / 4);
  const data = Buffer.from(shared, pageSize, 2 * size);
  let open = true;

  return {
    drain(limit) {
      if (!open) return 0;
      let position = Atomics.load(consumer, 0);
      let count = 0;
      try {
        while (count < limit && position < Atomics.load(producer, 0)) {
          const at = Number(position & BigInt(size - 1));
          const header = Atomics.load(headers, at / 4) >>> 0;
          if ((header & busyBit) !== 0) break;
          const length = header & ~(busyBit | discardBit);
          position += BigInt((headerSize + length + 7) & ~7);
          if ((header & discardBit) !== 0) continue;
          count += 1;
          handle(data.subarray(at + headerSize, at + headerSize + length));
        }
      } finally {
        Atomics.store(consumer, 0, position);
      }
      return count;
    },
    close() {
      if (!open) return;
      open = false;
      checkedLibc('munmap', libc.munmap(consumerAt, pageSize), 'unmap a ring buffer');
      checkedLibc('munmap', libc.munmap(producerAt, producerSize), 'unmap a ring buffer');
    },
  };
}

/** Reads records as they come, woken by the kernel, until `close`. Does not keep the process alive. */
export function watchRing(map: BpfMap, handle: RecordHandler, options: RingOptions): RingReader {
  const ring = openRing(map, handle);
  let poll: PollHandle | undefined = pollReadable(map.fd, () => {
    try {
      ring.drain(options.perWakeUp ?? 1000);
    } catch (error) {
      options.onError(error);
    }
  });
  return {
    drain: ring.drain,
    close() {
      poll?.close();
      poll = undefined;
      ring.close();
    },
  };
}

function mapped(fd: number, size: number, protection: number, offset: number): Address {
  const address = libc.mmap(null, size, protection, MAP_SHARED, fd, offset);
  const failed = address === -1n || address === 0xffff_ffff_ffff_ffffn;
  checkedLibc('mmap', failed ? -1 : 0, 'map a ring buffer');
  return address;
}
