import { expect } from 'vitest';
import { bytesOf, type Packet } from '../../support/packet.ts';
import type { Outcome } from './bench.ts';

export interface Expected {
  readonly verdict: Outcome['verdict'];
  /** Every byte, checksums included. */
  readonly packet?: Packet | Buffer;
  /** Exactly what was counted, by name without `forward.`. */
  readonly counted: readonly string[];
  readonly mark?: number;
}

export function expectOutcome(outcome: Outcome, { verdict, packet, counted, mark }: Expected): void {
  const names = Object.keys(outcome.counted).map((name) => name.replace(/^forward\./, ''));
  expect({ verdict: outcome.verdict, counted: names.sort() }).toEqual({
    verdict,
    counted: [...counted].sort(),
  });
  expect(Object.values(outcome.counted).every((count) => count === 1)).toBe(true);
  if (packet !== undefined) {
    expect(outcome.packet.toString('hex')).toBe(
      (Buffer.isBuffer(packet) ? packet : bytesOf(packet)).toString('hex'),
    );
  }
  if (mark !== undefined) expect(outcome.mark).toBe(mark);
}
