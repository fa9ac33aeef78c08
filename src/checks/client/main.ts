import { createInterface } from 'node:readline';
import { attempt } from './attempt.ts';
import { dns } from './dns.ts';
import { hold } from './hold.ts';
import { http } from './http.ts';
import { icmp } from './icmp.ts';
import type { Probe, ProbeResult, SocketProbe } from './protocol.ts';
import { serve } from './serve.ts';
import { tcp } from './tcp.ts';
import { udp } from './udp.ts';

/**
 * `probe-client`: each line of standard input is a JSON array of probes, answered by a line with their results in
 * the same order; `answer` is the same by a word that older clients refuse. `serve POD NODE ADDRESS`: an echo server
 * on free ports of an address. `hold PROBE`: a connection that stays open. Each tells one line of JSON.
 */
const connectors = { tcp, udp, http };
/** Wide enough that a run takes few round trips, narrow enough for a small backlog. */
const socketWidth = 16;
/** Each takes a process. */
const processWidth = 2;

async function main([mode, first = '', second = '', third = '0.0.0.0']: readonly string[]): Promise<void> {
  switch (mode) {
    case 'serve':
      return say(await serve({ pod: first, node: second }, third));
    case 'hold':
      return say(await hold(JSON.parse(first) as SocketProbe));
    case 'answer':
    case undefined:
      for await (const line of createInterface({ input: process.stdin })) {
        say(await probeAll(JSON.parse(line) as Probe[]));
      }
      return;
    default:
      throw new Error(`unknown mode ${mode}`);
  }
}

const say = (value: unknown): void => {
  process.stdout.write(`${JSON.stringify(value)}\n`);
};

async function probeAll(probes: readonly Probe[]): Promise<ProbeResult[]> {
  const results = new Array<ProbeResult>(probes.length);
  const run = async (width: number, isMine: (probe: Probe) => boolean): Promise<void> => {
    const queue = [...probes.entries()].filter(([, probe]) => isMine(probe)).values();
    const worker = async (): Promise<void> => {
      for (const [index, probe] of queue) results[index] = await ask(probe);
    };
    await Promise.all(Array.from({ length: width }, worker));
  };
  await Promise.all([
    run(socketWidth, ({ protocol }) => protocol !== 'icmp'),
    run(processWidth, ({ protocol }) => protocol === 'icmp'),
  ]);
  return results;
}

function ask(probe: Probe): Promise<ProbeResult> {
  if (probe.protocol === 'icmp') return icmp(probe);
  return probe.protocol === 'dns' ? dns(probe) : attempt(probe, connectors[probe.protocol]);
}

await main(process.argv.slice(2));
