import type { Target } from '../../runtime/port.ts';
import { pingArguments } from '../client/icmp.ts';
import type { Probe } from '../client/protocol.ts';

/** A place in words that `labctl exec` takes. */
export function placeName(target: Target): string {
  if ('node' in target) return target.node;
  if ('role' in target) return target.role;
  return target.outsideCgroup === true ? `--outside-cgroup ${target.pod}` : target.pod;
}

/** The command that runs a program there by hand. */
export const commandAt = (target: Target, file: string, args: readonly string[]): string =>
  `labctl exec ${placeName(target)} -- ${[file, ...args].join(' ')}`;

/** How a reader repeats a probe: with the system's own tool where there is one. */
export function probeCommand(from: Target, probe: Probe): string {
  switch (probe.protocol) {
    case 'icmp':
      return commandAt(from, 'ping', pingArguments(probe));
    case 'http':
      return commandAt(from, 'curl', ['-s', `http://${probe.address}:${probe.port}/`]);
    case 'dns':
    case 'tcp':
    case 'udp':
      return `echo '${JSON.stringify([probe])}' | ${commandAt(from, 'node', ['dist/probe-client.js'])}`;
  }
}
