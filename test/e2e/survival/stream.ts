import { connect, type Socket } from 'node:net';
import type { Destination } from './protocol.ts';

/** A connection to an echo server, over which numbers go in order and must come back in order. */
export interface Stream {
  readonly send: () => void;
  readonly sent: () => number;
  readonly echoed: () => number;
  readonly longestGapMs: () => number;
  /** Why it is lost; undefined while it is not. */
  readonly loss: () => string | undefined;
  readonly who: () => string;
  readonly close: () => void;
}

interface Progress {
  echoed: number;
  who: string | undefined;
  loss: string | undefined;
  longestGapMs: number;
}

/** Resolves when the server has told who it is; rejects where it does not within the limit. */
export function openStream(to: Destination, limitMs: number): Promise<Stream> {
  const socket = connect({ host: to.address, port: to.port, noDelay: true });
  const progress: Progress = { echoed: 0, who: undefined, loss: undefined, longestGapMs: 0 };
  const sentAt: number[] = [];
  return new Promise((resolve, reject) => {
    const lose = (why: string): void => {
      progress.loss ??= why;
      socket.destroy();
      reject(new Error(why));
    };
    const timer = setTimeout(() => lose(`no answer within ${limitMs} ms`), limitMs);
    const stream = streamOn(socket, progress, sentAt);
    eachLine(socket, (line) => {
      if (progress.who !== undefined) return takeEcho(line, progress, sentAt, lose);
      progress.who = whoIn(line);
      clearTimeout(timer);
      resolve(stream);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => lose(error.code ?? error.message));
    socket.on('close', () => {
      clearTimeout(timer);
      lose('ended by the server');
    });
  });
}

const streamOn = (socket: Socket, progress: Progress, sentAt: number[]): Stream => ({
  send: () => {
    if (progress.loss !== undefined) return;
    socket.write(`${sentAt.length}\n`);
    sentAt.push(performance.now());
  },
  sent: () => sentAt.length,
  echoed: () => progress.echoed,
  longestGapMs: () => progress.longestGapMs,
  loss: () => progress.loss,
  who: () => progress.who ?? '',
  close: () => {
    progress.loss ??= 'closed here';
    socket.destroy();
  },
});

function takeEcho(line: string, progress: Progress, sentAt: readonly number[], lose: (why: string) => void) {
  const at = sentAt[progress.echoed];
  if (at === undefined || line !== String(progress.echoed)) {
    lose('sequence broken');
    return;
  }
  progress.echoed++;
  progress.longestGapMs = Math.max(progress.longestGapMs, performance.now() - at);
}

function eachLine(socket: Socket, take: (line: string) => void): void {
  let rest = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    const lines = `${rest}${text}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(line);
  });
}

function whoIn(line: string): string {
  const { pod, client } = JSON.parse(line) as { pod: string; client: string };
  return `${pod} from ${client}`;
}
