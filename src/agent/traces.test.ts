import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AgentConfig, DatapathConfig } from '../core/agent-config.ts';
import { addTraces, isSwitched, isWhole, keepOwnTraces, readTraces } from './traces.ts';

let run: string;
beforeEach(() => {
  run = mkdtempSync(join(tmpdir(), 'traces-'));
});
afterEach(() => rmSync(run, { recursive: true }));

type Switches = Pick<DatapathConfig, 'serviceLB' | 'masquerade' | 'hostRouting'>;
const configOf = (datapath: Switches): AgentConfig =>
  ({ datapath, paths: { run }, cluster: { source: 'directory', path: run } }) as AgentConfig;
const kubeProxy = () => configOf({ serviceLB: 'kube-proxy', masquerade: 'iptables', hostRouting: 'stack' });
const ebpf = () => configOf({ serviceLB: 'bpf', masquerade: 'bpf', hostRouting: 'bpf' });

/** An agent of this configuration; without `isReady` it is killed before its first sync. */
async function runAgent(config: AgentConfig, isReady = true): Promise<void> {
  const before = await readTraces(config);
  await addTraces(config, before);
  if (isReady) await keepOwnTraces(config, before);
}

test('a fresh node has no traces and was never switched', async () => {
  const before = await readTraces(ebpf());
  expect(before).toEqual({ kubeProxy: false, masquerade: false, ran: [] });
  expect([isSwitched(ebpf(), before), isWhole(ebpf(), before)]).toEqual([false, false]);
});

test('the same agent again finds its work whole', async () => {
  await runAgent(ebpf());
  const before = await readTraces(ebpf());
  expect([isSwitched(ebpf(), before), isWhole(ebpf(), before)]).toEqual([false, true]);
});

test('a switch that was cut short leaves word of what it may have written', async () => {
  await runAgent(ebpf());
  await runAgent(kubeProxy(), false);
  const before = await readTraces(ebpf());
  expect(before).toMatchObject({ kubeProxy: true, masquerade: true });
  expect([isSwitched(ebpf(), before), isWhole(ebpf(), before)]).toEqual([true, false]);
});

test('after a whole switch only the new rules are there, and connections of both ways', async () => {
  await runAgent(kubeProxy());
  await runAgent(ebpf());
  const before = await readTraces(ebpf());
  expect(before).toMatchObject({ kubeProxy: false, masquerade: false });
  expect([isSwitched(ebpf(), before), isWhole(ebpf(), before)]).toEqual([true, true]);
});
