import type { Identity } from './protocol.ts';

/** Reads an Identity, or throws with the text that was none: another server must not pass for ours. */
export function parseIdentity(text: string): Identity {
  const value: unknown = parse(text);
  if (typeof value !== 'object' || value === null) throw new Error(`unexpected answer: ${brief(text)}`);
  const { pod, node, client, clientPort } = value as Record<string, unknown>;
  if (typeof pod !== 'string' || typeof node !== 'string' || typeof client !== 'string') {
    throw new Error(`answer names no pod, node and client: ${brief(text)}`);
  }
  return { pod, node, client, clientPort: typeof clientPort === 'number' ? clientPort : 0 };
}

/** A payload that shows order: byte n is n mod 251, a prime, so a lost or moved segment differs. */
export function payload(bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  for (let i = 0; i < bytes; i++) buffer[i] = i % 251;
  return buffer;
}

/** Address as a v4-mapped IPv6 one where asked. */
export const spelled = (address: string, mapped: boolean | undefined): string =>
  mapped === true ? `::ffff:${address}` : address;

/** `::ffff:10.0.0.1` is 10.0.0.1. */
export const plain = (address: string): string => address.replace(/^::ffff:/i, '');

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`unexpected answer: ${brief(text)}`);
  }
}

const brief = (text: string): string => JSON.stringify(text.slice(0, 60));
