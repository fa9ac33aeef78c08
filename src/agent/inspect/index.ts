import { existsSync } from 'node:fs';
import { notFound } from '../../core/errors.ts';
import type { Inspection } from '../../datapath/inspection.ts';
import { pinPaths } from '../pins.ts';
import { openMetrics } from '../tables/metrics.ts';
import { inspectConfig } from './config.ts';
import { inspectPrograms } from './programs.ts';
import { inspectTables } from './tables.ts';

export interface InspectOptions {
  readonly node: string;
  readonly pins: string;
  readonly cgroup: string;
  /** The node's uplink. */
  readonly device: string;
}

/** The program that every profile loads; its configuration is that of all. */
const witness = 'lab_from_container';

/** Reads one node's datapath from the kernel alone. Runs in the node's network namespace; needs CAP_SYS_ADMIN. */
export function inspect({ node, pins, cgroup, device }: InspectOptions): Inspection {
  const paths = pinPaths(pins);
  if (!existsSync(paths.program(witness))) {
    throw notFound('E_NO_DATAPATH', `no datapath is loaded in ${pins}`, {
      fix: `labctl logs ${node} says why`,
    });
  }
  return {
    node,
    programs: inspectPrograms({ pins: paths, cgroup, device }),
    tables: inspectTables(pins),
    counters: inspectCounters(pins),
    config: inspectConfig(paths.program(witness)),
  };
}

/** All counters, summed over directions: a counter that never moved reads 0. */
function inspectCounters(pins: string): Inspection['counters'] {
  const metrics = openMetrics(pins);
  const counters: Record<string, { packets: number; bytes: number }> = {};
  for (const { kind, name, packets, bytes } of metrics.read('all')) {
    counters[`${kind}.${name}`] ??= { packets: 0, bytes: 0 };
    const counter = counters[`${kind}.${name}`];
    if (counter === undefined) continue;
    counter.packets += packets;
    counter.bytes += bytes;
  }
  metrics.close();
  return counters;
}
