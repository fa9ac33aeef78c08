import type { Container, Pod } from '../core/k8s.ts';
import { nodeNamespace } from '../core/names.ts';
import { childCgroup } from '../platform/cgroup.ts';
import { type Prober, startProber } from '../platform/prober.ts';
import { containerPort } from './endpoint-slices.ts';

/** Whether the containers of pods answer their readiness probes, asked from the pod's node. */
export interface Readiness {
  /** Begins to probe; with `known` the state that an earlier controller found. */
  readonly watch: (key: string, pod: Pod, address: string, known: boolean) => void;
  readonly forget: (key: string) => void;
  readonly isReady: (key: string) => boolean;
  readonly close: () => void;
}

interface Watched {
  ready: boolean;
  failures: number;
  stopped: boolean;
  timer?: NodeJS.Timeout;
}

/** Until the first success: the start of a pod is waited for. */
const firstPeriodMs = 20;
const firstProbes = 200;
const defaultPeriodSeconds = 10;
const defaultTimeoutSeconds = 1;
const defaultFailures = 3;

export function openReadiness(lab: string, onChange: (key: string) => void): Readiness {
  const probers = new Map<string, Prober>();
  const all = new Map<string, Watched>();

  /** One process per node, in its namespace: pods are reached as from the node itself. */
  function proberOf(node: string): Prober {
    const present = probers.get(node);
    if (present?.isRunning() === true) return present;
    const started = startProber({ namespace: nodeNamespace(node), cgroup: childCgroup(lab, node) });
    probers.set(node, started);
    return started;
  }

  async function probe(
    key: string,
    watched: Watched,
    pod: Pod,
    address: string,
    count: number,
  ): Promise<void> {
    const results = await Promise.all(
      pod.spec.containers.map((container) => askContainer(proberOf, container, pod, address)),
    );
    if (watched.stopped) return;
    const succeeded = results.every(Boolean);
    const before = watched.ready;
    watched.failures = succeeded ? 0 : watched.failures + 1;
    if (succeeded) watched.ready = true;
    else if (watched.failures >= failureThreshold(pod)) watched.ready = false;
    if (watched.ready !== before) onChange(key);
    const isStarting = !watched.ready && count < firstProbes;
    watched.timer = setTimeout(
      () => void probe(key, watched, pod, address, count + 1),
      isStarting ? firstPeriodMs : periodMs(pod),
    );
  }

  return {
    watch: (key, pod, address, known) => {
      if (all.has(key)) return;
      const watched: Watched = { ready: known, failures: 0, stopped: false };
      all.set(key, watched);
      if (pod.spec.containers.some((container) => container.readinessProbe?.httpGet !== undefined)) {
        void probe(key, watched, pod, address, 0);
      } else {
        watched.ready = true;
      }
    },
    forget: (key) => {
      const watched = all.get(key);
      if (watched === undefined) return;
      watched.stopped = true;
      clearTimeout(watched.timer);
      all.delete(key);
    },
    isReady: (key) => all.get(key)?.ready === true,
    close: () => {
      for (const watched of all.values()) {
        watched.stopped = true;
        clearTimeout(watched.timer);
      }
      for (const prober of probers.values()) prober.stop();
    },
  };
}

async function askContainer(
  proberOf: (node: string) => Prober,
  container: Container,
  pod: Pod,
  address: string,
): Promise<boolean> {
  const get = container.readinessProbe?.httpGet;
  if (get === undefined) return true;
  const port = containerPort(get.port, 'TCP', pod);
  const timeoutMs = (container.readinessProbe?.timeoutSeconds ?? defaultTimeoutSeconds) * 1000;
  const url = `http://${address}:${port}${get.path ?? '/'}`;
  const answer = await proberOf(pod.spec.nodeName ?? '').get(url, timeoutMs);
  return 'status' in answer && answer.status >= 200 && answer.status < 400;
}

const probesOf = (pod: Pod): NonNullable<Container['readinessProbe']>[] =>
  pod.spec.containers.map((container) => container.readinessProbe).filter((probe) => probe !== undefined);

const periodMs = (pod: Pod): number =>
  Math.min(...probesOf(pod).map((probe) => probe.periodSeconds ?? defaultPeriodSeconds)) * 1000;
const failureThreshold = (pod: Pod): number =>
  Math.min(...probesOf(pod).map((probe) => probe.failureThreshold ?? defaultFailures));
