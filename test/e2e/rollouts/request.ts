import { connect } from 'node:net';
import type { Destination } from './protocol.ts';

const limitMs = 10_000;
const question = 'GET / HTTP/1.1\r\nhost: demo\r\nconnection: close\r\n\r\n';

/** One HTTP request on a connection of its own. Answers with the name of the pod that served it. */
export function request({ address, port }: Destination): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port, noDelay: true });
    let text = '';
    let phase = 'connecting';
    const timer = setTimeout(() => fail(`${limitMs} ms passed`), limitMs);
    const fail = (why: string): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(new Error(`${phase}: ${why}`));
    };
    socket.on('connect', () => {
      phase = 'answer';
      socket.write(question);
    });
    socket.setEncoding('utf8').on('data', (more: string) => {
      text += more;
    });
    socket.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? error.message));
    socket.on('end', () => {
      const pod = /"pod":"([^"]+)"/.exec(text)?.[1];
      if (!text.startsWith('HTTP/1.1 200') || pod === undefined) return fail(`it is ${JSON.stringify(text)}`);
      clearTimeout(timer);
      resolve(pod);
    });
  });
}
