import { failure } from '../core/errors.ts';

/** The parts of a 64-bit little-endian ELF object that describe a datapath. */
export interface Elf {
  section(name: string): Buffer | undefined;
  /** Place of a variable inside its section. */
  symbol(name: string, section: string): { readonly offset: number; readonly size: number } | undefined;
}

interface Section {
  readonly name: number;
  readonly type: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
}

const SHT_SYMTAB = 2;
const SHT_NOBITS = 8;
const symbolSize = 24;

export function readElf(bytes: Buffer): Elf {
  if (bytes.length < 64 || bytes.readUInt32BE(0) !== 0x7f454c46 || bytes[4] !== 2 || bytes[5] !== 1) {
    throw failure('E_OBJECT', 'not a 64-bit little-endian ELF object');
  }
  const table = Number(bytes.readBigUInt64LE(40));
  const entrySize = bytes.readUInt16LE(58);
  const sections = Array.from({ length: bytes.readUInt16LE(60) }, (_, index) =>
    readSection(bytes, table + index * entrySize),
  );
  const content = (section: Section | undefined): Buffer =>
    section === undefined || section.type === SHT_NOBITS
      ? Buffer.alloc(0)
      : bytes.subarray(section.offset, section.offset + section.size);
  const names = content(sections[bytes.readUInt16LE(62)]);
  const nameOf = (section: Section): string => textAt(names, section.name);
  const symbols = sections.find((section) => section.type === SHT_SYMTAB);

  return {
    section(name) {
      const found = sections.find((section) => nameOf(section) === name);
      return found === undefined ? undefined : content(found);
    },
    symbol(name, sectionName) {
      if (symbols === undefined) return undefined;
      const entries = content(symbols);
      const texts = content(sections[symbols.link]);
      for (let at = 0; at < entries.length; at += symbolSize) {
        const section = sections[entries.readUInt16LE(at + 6)];
        if (section === undefined || textAt(texts, entries.readUInt32LE(at)) !== name) continue;
        if (nameOf(section) !== sectionName) continue;
        return {
          offset: Number(entries.readBigUInt64LE(at + 8)),
          size: Number(entries.readBigUInt64LE(at + 16)),
        };
      }
      return undefined;
    },
  };
}

/** The text that starts there and ends before the next zero. */
export const textAt = (bytes: Buffer, at: number): string => bytes.toString('utf8', at, bytes.indexOf(0, at));

const readSection = (bytes: Buffer, at: number): Section => ({
  name: bytes.readUInt32LE(at),
  type: bytes.readUInt32LE(at + 4),
  offset: Number(bytes.readBigUInt64LE(at + 24)),
  size: Number(bytes.readBigUInt64LE(at + 32)),
  link: bytes.readUInt32LE(at + 40),
});
