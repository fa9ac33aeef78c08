import { run } from './cli.ts';

/** New connections at a steady pace from one place, none of them tried again. */
export interface SteadyRequests {
  /** Ends them; answers how many there were, and what went wrong with each that failed. */
  readonly stop: () => Promise<{ readonly count: number; readonly failures: readonly string[] }>;
}

const limitSeconds = '3';

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
