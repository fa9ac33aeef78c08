import { waitFor } from '../../../src/core/wait-for.ts';
import { type Program, type Resident, type Stage, settle } from '../support/resident.ts';
import type { StreamPlace } from './places.ts';
import type { StreamQuestion, StreamReport } from './protocol.ts';

/** What every place reports, by its title. */
export type Reports = Readonly<Record<StreamPlace['title'], StreamReport>>;

/** Connections from every place that stay, and new ones all the time. */
export interface Traffic {
  readonly look: () => Promise<Reports>;
  /** Ends it; what has no echo by then is lost. */
  readonly finish: (drainMs?: number) => Promise<Reports>;
}

export const streamsAPlace = 50;
const everyMs = 100;
const firstAnswerLimitMs = 20_000;
const defaultDrainMs = 10_000;

export async function startTraffic(
  stage: Stage,
  program: Program,
  places: readonly StreamPlace[],
): Promise<Traffic> {
  const clients = await Promise.all(
    places.map(async (place) => ({
      place,
      client: await settle<StreamQuestion, StreamReport>(stage, place.from, program),
    })),
  );
  const everywhere = async (
    work: (client: Resident<StreamQuestion, StreamReport>, place: StreamPlace) => Promise<StreamReport>,
  ): Promise<Reports> => {
    const rows = await Promise.all(
      clients.map(async ({ place, client }) => [place.title, await work(client, place)] as const),
    );
    return Object.fromEntries(rows) as Reports;
  };
  await everywhere(async (client, place) => {
    await answered(client, place);
    return client.ask({ kind: 'open', to: place.to, count: streamsAPlace, everyMs });
  });
  return {
    look: () => everywhere((client) => client.ask({ kind: 'look' })),
    finish: async (drainMs = defaultDrainMs) => {
      const reports = await everywhere((client) => client.ask({ kind: 'finish', drainMs }));
      await Promise.all(clients.map(({ client }) => client.end()));
      return reports;
    },
  };
}

/** The Service may not be programmed everywhere yet. From then on, whatever fails counts. */
async function answered(
  client: Resident<StreamQuestion, StreamReport>,
  { title, to }: StreamPlace,
): Promise<void> {
  await waitFor(
    `${title}: ${to.address}:${to.port} answers`,
    async () => {
      const { fresh } = await client.ask({ kind: 'try', to });
      return fresh.succeeded > 0 ? { done: undefined } : { saw: JSON.stringify(fresh.failures) };
    },
    { timeoutMs: firstAnswerLimitMs },
  );
}

/** Figures, one line a place. */
export function tell(what: string, reports: Reports): void {
  for (const [title, { opened, lost, losses, echoed, longestGapMs, fresh }] of Object.entries(reports)) {
    const figures = { opened, lost, losses, echoed, longestGapMs, fresh };
    console.log(`${what}, ${title}: ${JSON.stringify(figures)}`);
  }
}
