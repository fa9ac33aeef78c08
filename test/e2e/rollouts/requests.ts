import { waitFor } from '../../../src/core/wait-for.ts';
import type { Target } from '../../../src/runtime/port.ts';
import { bundle, type Resident, type Stage, settle } from '../support/resident.ts';
import type { Destination, RequestQuestion, RequestReport } from './protocol.ts';

/** One way on which requests are made all the time. */
export interface RequestPlace {
  readonly title: string;
  readonly from: Target;
  readonly to: Destination;
}

export interface Requests {
  /** What each place has to tell, by its title. */
  readonly look: () => Promise<Readonly<Record<string, RequestReport>>>;
  readonly stop: () => Promise<Readonly<Record<string, RequestReport>>>;
}

const firstAnswerLimitMs = 20_000;

/** Starts requests at every place once each of them was answered: from then on whatever fails counts. */
export async function startRequests(
  stage: Stage,
  places: readonly RequestPlace[],
  perSecond: number,
): Promise<Requests> {
  const program = await bundle(new URL('./request-client.ts', import.meta.url));
  const clients = await Promise.all(
    places.map(async (place) => ({
      place,
      client: await settle<RequestQuestion, RequestReport>(stage, place.from, program),
    })),
  );
  const everywhere = async (
    work: (client: Resident<RequestQuestion, RequestReport>, place: RequestPlace) => Promise<RequestReport>,
  ) =>
    Object.fromEntries(
      await Promise.all(
        clients.map(async ({ place, client }) => [place.title, await work(client, place)] as const),
      ),
    );
  await everywhere(firstAnswer);
  await everywhere((client, { to }) => client.ask({ kind: 'start', to, perSecond }));
  return {
    look: () => everywhere((client) => client.ask({ kind: 'look' })),
    stop: async () => {
      const reports = await everywhere((client) => client.ask({ kind: 'stop' }));
      await Promise.all(clients.map(({ client }) => client.end()));
      return reports;
    },
  };
}

async function firstAnswer(
  client: Resident<RequestQuestion, RequestReport>,
  { title, to }: RequestPlace,
): Promise<RequestReport> {
  return await waitFor(
    `${title}: ${to.address}:${to.port} answers`,
    async () => {
      const report = await client.ask({ kind: 'try', to });
      return report.answered.length > 0 ? { done: report } : { saw: JSON.stringify(report.failures) };
    },
    { timeoutMs: firstAnswerLimitMs },
  );
}
