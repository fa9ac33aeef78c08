/** A flow whose source is rewritten, ends as `address:port`. */
export interface NatEntry {
  readonly protocol: string;
  readonly original: string;
  readonly peer: string;
  readonly translated: string;
}

const end = /\d+\.\d+\.\d+\.\d+:\d+/.source;
const outgoing = new RegExp(`^(\\w+) OUT (${end}) -> (${end}) XLATE_SRC (${end})\\b`, 'gm');

/**
 * Reads `bpf nat list`, a line an entry. Its text, as JSON has ports in network byte order without saying so. Of each flow
 * the entry of its packets on the way out; that of replies says the same.
 */
export const readNatEntries = (text: string): readonly NatEntry[] =>
  [...text.matchAll(outgoing)].map(([, protocol = '', original = '', peer = '', translated = '']) => ({
    protocol,
    original,
    peer,
    translated,
  }));
