import { readdirSync } from 'node:fs';
import { openMap } from '../bpf-sys/index.ts';
import type { AgentConfig } from '../core/agent-config.ts';
import { maps } from '../datapath/generated/maps.ts';
import type { HookState, Hooks } from './attach/index.ts';
import type { Endpoints } from './endpoints/ports.ts';
import { pinPaths } from './pins.ts';
import type { Reconciler } from './reconcile/reconciler.ts';
import type { Services } from './reconcile/services.ts';
import type { Timings } from './timings.ts';

/** What the running agent can tell of itself and its node. */
export interface AgentState {
  readonly config: AgentConfig;
  readonly hooks: Hooks;
  readonly endpoints: Endpoints;
  readonly services: Services;
  readonly reconciler: Reconciler;
  readonly timings: Timings;
  readonly events: () => number;
  readonly collected: () => { readonly conntrack: number; readonly nat: number };
}

/** Answer of /status. Names are those of the configuration. */
export interface AgentStatus {
  readonly schema: 'labctl.dev/agent-status/v1';
  readonly lab: string;
  readonly node: string;
  readonly profile: string;
  readonly requested: AgentConfig['datapath'];
  readonly attach: 'tcx' | 'clsact';
  readonly ready: boolean;
  readonly reason?: string;
  readonly lastSync: string | null;
  readonly lastError: string | null;
  readonly links: readonly HookState[];
  readonly tables: readonly TableFill[];
  readonly endpoints: number;
  readonly frontends: number;
  readonly addresses: { readonly held: number; readonly capacity: number };
  /** Steps of the start. */
  readonly startMs: Readonly<Record<string, number>>;
  readonly uptimeSeconds: number;
  readonly residentBytes: number;
}
export interface TableFill {
  readonly name: string;
  readonly entries: number;
  readonly maxEntries: number;
}

export function agentStatus(state: AgentState): AgentStatus {
  const { config, endpoints, reconciler } = state;
  const reason = reconciler.unready();
  return {
    schema: 'labctl.dev/agent-status/v1',
    lab: config.lab,
    node: config.node,
    profile: config.profile,
    requested: config.datapath,
    attach: state.hooks.mode,
    ready: reason === undefined,
    ...(reason === undefined ? {} : { reason }),
    lastSync: reconciler.lastSync()?.toISOString() ?? null,
    lastError: reconciler.lastError() ?? null,
    links: state.hooks.list(),
    tables: tableFill(config.paths.pins),
    endpoints: endpoints.store.all().length,
    frontends: state.services.frontendCount(),
    addresses: { held: endpoints.pool.held(), capacity: endpoints.pool.capacity },
    startMs: state.timings.all(),
    uptimeSeconds: Math.round(process.uptime()),
    residentBytes: process.memoryUsage.rss(),
  };
}

/** Tables that are loaded and whose entries come and go; lab_metrics always has all of its own. */
export function tableFill(pins: string): TableFill[] {
  const paths = pinPaths(pins);
  const pinned = new Set(readdirSync(paths.maps));
  const names = Object.keys(maps).filter((name) => name !== maps.lab_metrics.name && pinned.has(name));
  return names.map((name) => {
    const map = openMap(paths.map(name));
    try {
      return { name, entries: map.dump().count, maxEntries: map.maxEntries };
    } finally {
      map.close();
    }
  });
}
