import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { AskOptions, Conversation } from '../core/conversations.ts';
import { failure, timeoutError } from '../core/errors.ts';
import type { CommandLine } from './placed.ts';

interface Asked {
  readonly resolve: (line: string) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Starts a program that answers lines; that it cannot be started is told by the first question. It does not keep
 * this process alive while nobody asks.
 */
export function startConversation({ file, args }: CommandLine): Conversation {
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const shown = [file, ...args].join(' ');
  const waiting: Asked[] = [];
  let said = '';
  let isOver = false;

  const pipes = [child.stdin, child.stdout, child.stderr] as unknown as readonly Socket[];
  const keepAlive = (isAsked: boolean): void => {
    for (const part of [child, ...pipes]) isAsked ? part.ref() : part.unref();
  };
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  // What it could not be told it does not answer either: that is where the loss is reported.
  child.stdin.on('error', () => child.stdin.destroy());
  child.once('error', (error) => {
    said += error.message;
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    waiting.shift()?.resolve(line);
    if (waiting.length === 0) keepAlive(false);
  });
  const closed = new Promise<void>((resolve) => {
    child.once('close', (code) => {
      isOver = true;
      const why = failure('E_COMMAND', `${shown}: exit code ${code} before its answer\n${said.trimEnd()}`);
      for (const { reject } of waiting.splice(0)) reject(why);
      resolve();
    });
  });
  keepAlive(false);

  const ask = async (line: string, { timeoutMs, signal }: AskOptions): Promise<string> => {
    const { promise, ...asked } = deferred();
    const giveUp = (error: unknown): void => {
      asked.reject(error);
      child.kill();
    };
    const onAbort = (): void => giveUp(signal?.reason);
    const timer = setTimeout(
      () => giveUp(timeoutError('E_COMMAND_TIMEOUT', `${shown}: no answer within ${timeoutMs} ms\n${said}`)),
      timeoutMs,
    );
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      signal?.throwIfAborted();
      keepAlive(true);
      waiting.push(asked);
      child.stdin.write(`${line}\n`);
      return await promise;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    }
  };
  return {
    ask: (line, options) =>
      isOver
        ? Promise.reject(failure('E_COMMAND', `${shown}: has ended\n${said.trimEnd()}`))
        : ask(line, options),
    isOver: () => isOver,
    end: async () => {
      keepAlive(true);
      child.stdin.end();
      await closed;
    },
  };
}

function deferred(): Asked & { readonly promise: Promise<string> } {
  let asked: Asked | undefined;
  const promise = new Promise<string>((resolve, reject) => {
    asked = { resolve, reject };
  });
  return { promise, resolve: (line) => asked?.resolve(line), reject: (error) => asked?.reject(error) };
}
