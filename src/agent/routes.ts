import type { Log } from '../core/log.ts';
import { metricsContentType, metricsText } from '../core/metrics-text.ts';
import { json, type Request, type Response, type Routes, text } from '../platform/http-server.ts';
import type { CniContext } from './cni/commands.ts';
import { serveCni } from './cni/server.ts';
import type { FlowEvent } from './events/flow-event.ts';
import type { Recent } from './events/recent.ts';
import { agentMetrics } from './metrics.ts';
import { type AgentState, agentStatus } from './status.ts';

/** What the agent serves on its socket. */
export const agentRoutes = (
  state: AgentState,
  cni: CniContext,
  recent: Recent<FlowEvent>,
  log: Log,
): Routes => ({
  'GET /healthz': () => text('ok'),
  'GET /readyz': () => {
    const reason = state.reconciler.unready();
    return reason === undefined ? text('ok') : text(reason, 503);
  },
  'GET /metrics': () => ({ type: metricsContentType, body: metricsText(agentMetrics(state)) }),
  'GET /status': () => json(agentStatus(state)),
  'GET /flows': (request) => flows(recent, request),
  'POST /cni': async ({ body }) => {
    const reply = await serveCni(cni, body, log);
    return { status: reply.ok ? 200 : 500, type: 'application/json', body: reply.body };
  },
});

function flows(recent: Recent<FlowEvent>, { query, signal }: Request): Response {
  const type = 'application/x-ndjson';
  if (query.get('follow') === '1') return { type, body: lines(recent.follow(signal)) };
  return { type, body: recent.all().map(line).join('') };
}

async function* lines(events: AsyncIterable<FlowEvent>): AsyncGenerator<string> {
  for await (const event of events) yield line(event);
}

const line = (event: FlowEvent): string => `${JSON.stringify(event)}\n`;
