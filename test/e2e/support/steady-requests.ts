import { run } from './cli.ts';
import type { KindLab } from './kind-lab.ts';

/** New connections at a steady pace from one place, none of them tried again. */
export interface SteadyRequests {
  /** Ends them; answers how many there were, and what went wrong with each that failed. */
  readonly stop: () => Promise<{ readonly count: number; readonly failures: readonly string[] }>;
}

const limitSeconds = '10';

export function requestSteadily(container: string, url: string, everyMs = 250): SteadyRequests {
  const failures: string[] = [];
  let count = 0;
  let isOver = false;
  const loop = async (): Promise<void> => {
    while (!isOver) {
      const argv = ['exec', container, 'curl', '-sS', '--max-time', limitSeconds, '-o', '/dev/null', url];
      const { code, stderr } = await run('docker', argv, {});
      count += 1;
      if (code !== 0) failures.push(`${new Date().toISOString()} ${url}: ${stderr.trim()}`);
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
  };
  const running = loop();
  return {
    stop: async () => {
      isOver = true;
      await running;
      return { count, failures };
    },
  };
}

/** Requests to the demo, from a node by its ClusterIP and from outside by the NodePort of another node. */
export async function requestDemoSteadily(
  lab: KindLab,
  from: string,
  entry: string,
): Promise<SteadyRequests[]> {
  const clusterIP = await lab.kubectl('get', 'service', 'demo', '-o', 'jsonpath={.spec.clusterIP}');
  const node = (await lab.nodes()).find(({ metadata }) => metadata.name === entry);
  const address = node?.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '';
  return [
    requestSteadily(from, `http://${clusterIP}:8080/`),
    requestSteadily(`labctl-${lab.name}-client`, `http://${address}:32000/`),
  ];
}
