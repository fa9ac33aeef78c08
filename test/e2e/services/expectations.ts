import { namesOf, type PortModel } from './model.ts';
import type { Ask, Tally } from './protocol.ts';
import { isEven } from './spread.ts';
import type { Gone } from './world.ts';

/** An ask with what its tally must be: undefined, or what is wrong with it. */
export interface Expectation {
  readonly title: string;
  readonly ask: Ask;
  readonly wrong: (tally: Tally) => string | undefined;
}

interface Destination {
  readonly address: string;
  readonly port: number;
}

/** So often that one backend of `n` is left out by chance once in 100 million times. */
const timesFor = (n: number): number => (n === 1 ? 5 : 22 * n);
const answerMs = 10_000;
const silenceMs = 700;

/** All backends of the port answer evenly; where there are none every ask is refused. */
export function served(where: string, port: PortModel, { address, port: number }: Destination): Expectation {
  const names = namesOf(port);
  const isRefused = names.length === 0;
  return {
    title: `${where} ${port.protocol} ${address}:${number} (${names.length} backends)`,
    ask: {
      ...{ protocol: port.protocol, address, port: number, socket: 'fresh', limitMs: answerMs },
      times: isRefused ? 1 : timesFor(names.length),
      asksAgain: isRefused,
    },
    wrong: (tally) => (isRefused ? notRefused(tally) : notEven(tally, names)),
  };
}

/** A UDP socket that lives on is answered by a backend of now, never by one of before. */
export function followed(
  where: string,
  port: PortModel,
  { address, port: number }: Destination,
): Expectation {
  const names = namesOf(port);
  return {
    title: `${where} held UDP ${address}:${number} (${names.length} backends)`,
    ask: {
      ...{ protocol: 'UDP', address, port: number, socket: 'held', asksAgain: false },
      ...(names.length === 0 ? { times: 1, limitMs: silenceMs } : { times: 3, limitMs: answerMs }),
    },
    wrong: ({ answers, errors }) => {
      const stale = Object.keys(answers).filter((name) => !names.includes(name));
      if (stale.length > 0) return `stale backends: ${stale.join(' ')}`;
      return names.length > 0 && Object.keys(errors).length > 0
        ? `errors: ${JSON.stringify(errors)}`
        : undefined;
    },
  };
}

export function refused(where: string, { protocol }: Gone, { address, port }: Destination): Expectation {
  return {
    title: `${where} gone ${protocol} ${address}:${port}`,
    ask: { protocol, address, port, socket: 'fresh', limitMs: answerMs, times: 1, asksAgain: true },
    wrong: notRefused,
  };
}

/** Nobody answers; how the asker learns it is not told. */
export function silent(where: string, { protocol }: Gone, { address, port }: Destination): Expectation {
  return {
    title: `${where} gone ${protocol} ${address}:${port}`,
    ask: { protocol, address, port, socket: 'fresh', limitMs: silenceMs, times: 1, asksAgain: false },
    wrong: ({ answers }) =>
      Object.keys(answers).length > 0 ? `answered: ${JSON.stringify(answers)}` : undefined,
  };
}

const notRefused = ({ answers, errors }: Tally): string | undefined =>
  Object.keys(answers).length === 0 && Object.keys(errors).join() === 'ECONNREFUSED'
    ? undefined
    : `not refused: ${JSON.stringify({ answers, errors })}`;

function notEven({ answers, errors }: Tally, names: readonly string[]): string | undefined {
  if (Object.keys(errors).length > 0) return `errors: ${JSON.stringify(errors)}`;
  const stale = Object.keys(answers).filter((name) => !names.includes(name));
  if (stale.length > 0) return `stale backends: ${stale.join(' ')}`;
  const unused = names.filter((name) => answers[name] === undefined);
  if (unused.length > 0) return `never used: ${unused.join(' ')}`;
  return isEven(answers, names) ? undefined : `uneven: ${JSON.stringify(answers)}`;
}
