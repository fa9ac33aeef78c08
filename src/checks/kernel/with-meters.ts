import type { Runtime } from '../../runtime/port.ts';
import { installMeter, type MeteredFlow, type Reading } from './netfilter-meter.ts';

/** Counts flows at netfilter of all named nodes while `traffic` runs. The tables are gone afterwards, whatever happens. */
export async function withMeters<T>(
  runtime: Runtime,
  nodes: readonly string[],
  flows: readonly MeteredFlow[],
  traffic: () => Promise<T>,
): Promise<{ readonly readings: readonly Reading[]; readonly outcome: T }> {
  const installed: Awaited<ReturnType<typeof installMeter>>[] = [];
  try {
    const installing = nodes.map(async (node) => {
      installed.push(await installMeter(runtime.at({ node }), flows));
    });
    // All have ended before one that failed ends the rest: what was put in is known then.
    await Promise.allSettled(installing);
    await Promise.all(installing);
    const outcome = await traffic();
    const readings = await Promise.all(installed.map(({ read }) => read()));
    return { readings, outcome };
  } finally {
    await Promise.all(installed.map(({ remove }) => remove()));
  }
}
