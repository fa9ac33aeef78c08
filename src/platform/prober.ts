import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { bundledProgram } from './fs.ts';
import { type Place, placed } from './placed.ts';
import { labEnvironment } from './process.ts';

/** What an HTTP GET met: a status, or why there was none. */
export type ProbeAnswer = { readonly status: number; readonly body: string } | { readonly error: string };

/** A process at a place that asks HTTP questions from there: one process for any number of probes. */
export interface Prober {
  readonly get: (url: string, timeoutMs: number) => Promise<ProbeAnswer>;
  readonly stop: () => void;
  readonly isRunning: () => boolean;
}

export interface ProbeRequest {
  readonly id: number;
  readonly url: string;
  readonly timeoutMs: number;
}

/** Ends with its starter: it reads questions from a pipe and stops at the pipe's end. */
export function startProber(place: Place): Prober {
  const command = placed(place, process.execPath, [bundledProgram('controller'), 'probe']);
  const child = spawn(command.file, command.args, {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: labEnvironment(),
  });
  const waiting = new Map<number, (answer: ProbeAnswer) => void>();
  let next = 0;
  let running = true;
  const end = (): void => {
    running = false;
    for (const answer of waiting.values()) answer({ error: 'the prober has ended' });
    waiting.clear();
  };
  child.once('error', end);
  child.once('exit', end);
  child.stdin.on('error', end);
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { id, ...answer } = JSON.parse(line) as ProbeAnswer & { readonly id: number };
    waiting.get(id)?.(answer);
    waiting.delete(id);
  });
  return {
    get: (url, timeoutMs) =>
      new Promise((resolve) => {
        if (!running) return resolve({ error: 'the prober has ended' });
        const request: ProbeRequest = { id: next++, url, timeoutMs };
        waiting.set(request.id, resolve);
        child.stdin.write(`${JSON.stringify(request)}\n`);
      }),
    stop: () => child.stdin.end(),
    isRunning: () => running,
  };
}
