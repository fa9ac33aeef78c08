import { messageOf } from '../../core/errors.ts';
import { bundledProgram } from '../../platform/fs.ts';
import type { Finding } from './index.ts';
import { firstLine, type ProbeContext } from './probe.ts';

/** A row of `agent probe`: something tried with the same code that a node uses. */
interface AgentRow {
  readonly what: string;
  readonly ok: boolean;
  readonly saw: string;
  readonly fix?: string;
}

const need = 'the agent loads, attaches and pins the datapath';
const advice = 'labctl doctor -v, and the kernel log, say more';

/** What the agent finds when it loads tiny programs in a process of its own. */
export async function agentFindings({ exec }: ProbeContext): Promise<Finding[]> {
  try {
    const { stdout, stderr, exitCode } = await exec(process.execPath, [bundledProgram('agent'), 'probe'], {
      allowFailure: true,
      timeoutMs: 30_000,
    });
    const rows = parseRows(stdout);
    return rows.length > 0
      ? rows.map(toFinding)
      : [failedProbe(firstLine(stderr) || `exit code ${exitCode}`)];
  } catch (error) {
    return [failedProbe(messageOf(error))];
  }
}

export function parseRows(text: string): AgentRow[] {
  if (!text.trimStart().startsWith('[')) return [];
  const rows: unknown = JSON.parse(text);
  return Array.isArray(rows) ? rows.filter(isRow) : [];
}

function toFinding({ what, ok, saw, fix }: AgentRow): Finding {
  const id = `agent.${what.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`;
  return ok
    ? { id, title: what, need, state: 'ok', saw }
    : { id, title: what, need, state: 'failed', saw, fix: fix ?? advice };
}

const failedProbe = (saw: string): Finding => ({
  id: 'agent.probe',
  title: 'the agent tries eBPF',
  need,
  state: 'failed',
  saw,
  fix: advice,
});

const isRow = (value: unknown): value is AgentRow =>
  typeof value === 'object' && value !== null && 'what' in value && 'ok' in value && 'saw' in value;
