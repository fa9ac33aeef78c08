/** Program: asks frontends who answers, as told by lines of JSON (protocol.ts). */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { answerLines } from '../support/answer-lines.ts';
import type { Ask, Tally } from './protocol.ts';

const width = 16;
const resendMs = 1100;
const held = new Map<string, Socket>();

await answerLines<readonly Ask[], Tally[]>((asks) => Promise.all(asks.map(tally)));

async function tally(ask: Ask): Promise<Tally> {
  const answers: Record<string, number> = {};
  const errors: Record<string, number> = {};
  let left = ask.times;
  const worker = async (): Promise<void> => {
    while (left-- > 0) {
      try {
        const name = await who(ask);
        answers[name] = (answers[name] ?? 0) + 1;
      } catch (error) {
        const why = error instanceof Error && 'code' in error ? String(error.code) : String(error);
        errors[why] = (errors[why] ?? 0) + 1;
      }
    }
  };
  await Promise.all(Array.from({ length: ask.socket === 'held' ? 1 : width }, worker));
  return { answers, errors };
}

function who(ask: Ask): Promise<string> {
  if (ask.protocol === 'TCP') return whoByTcp(ask);
  return ask.socket === 'held' ? whoByHeld(ask) : whoByUdp(ask);
}

async function whoByTcp({ address, port, limitMs }: Ask): Promise<string> {
  const socket = connect({ host: address, port });
  const timer = setTimeout(() => socket.destroy(new Error('no answer')), limitMs);
  try {
    const [data] = (await once(socket, 'data')) as [Buffer];
    return data.toString().trim();
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}

/** Connected, so that the kernel tells a refusal. */
async function whoByUdp({ address, port, limitMs, asksAgain }: Ask): Promise<string> {
  const socket = createSocket('udp4');
  try {
    socket.connect(port, address);
    await once(socket, 'connect');
    return await exchange(socket, () => socket.send('who'), limitMs, asksAgain);
  } finally {
    socket.close();
  }
}

async function whoByHeld({ address, port, limitMs }: Ask): Promise<string> {
  const name = `${address}:${port}`;
  const socket = held.get(name) ?? createSocket('udp4');
  held.set(name, socket);
  return await exchange(socket, () => socket.send('who', port, address, () => undefined), limitMs, false);
}

function exchange(socket: Socket, send: () => void, limitMs: number, asksAgain: boolean): Promise<string> {
  const abort = new AbortController();
  const again = asksAgain ? setInterval(send, resendMs) : undefined;
  const timer = setTimeout(() => abort.abort(), limitMs);
  const answer = once(socket, 'message', { signal: abort.signal });
  send();
  return answer
    .then(([data]) => String(data))
    .catch((error: unknown) => {
      throw abort.signal.aborted ? new Error('no answer') : error;
    })
    .finally(() => {
      clearInterval(again);
      clearTimeout(timer);
    });
}
