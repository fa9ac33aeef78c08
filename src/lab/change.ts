import { notFound } from '../core/errors.ts';
import { labPaths, nodePaths } from '../core/paths.ts';
import { currentSources } from '../core/reload.ts';
import { openClusterDir } from '../platform/cluster-dir.ts';
import { removeTree } from '../platform/fs.ts';
import { agentRecord, runningAgent, startAgent } from '../platform/node-agent.ts';
import { stopProcess } from '../platform/process.ts';
import { forgetProcess } from '../platform/process-record.ts';
import type { ResolvedLab } from '../profile/resolved-lab.ts';
import { type Layout, startController, stopController } from '../runtime/netns/index.ts';
import type { LabContext, ProgressStep } from './context.ts';
import { layoutOf } from './layout-of.ts';
import { type OwnerRecord, readOwnerRecord, writeOwnerRecord } from './owner-record.ts';
import type { LabPlan } from './plan.ts';
import { agentReady } from './steps/agents.ts';
import { applyDemo, removeDemo } from './steps/demo.ts';
import { writeAgentConfig } from './steps/nodes.ts';

const agentStopMs = 5000;

interface ChangeContext {
  readonly lab: ResolvedLab;
  readonly layout: Layout;
  readonly signal: AbortSignal;
}

/** Makes a lab that is up the one asked for, as far as that goes while it runs. */
export async function change(lab: ResolvedLab, plan: LabPlan, context: LabContext): Promise<OwnerRecord> {
  const before = await readOwnerRecord(lab.name);
  if (before === undefined) throw notFound('E_NO_LAB', `lab ${lab.name} has gone meanwhile`);
  if (plan.action === 'none') return before;
  const record: OwnerRecord = { ...before, resolved: lab };
  // What runs now is noted first: a change that dies half-way is then finished by the next `up`.
  const touched = new Set(plan.changes.map((each) => each.path.split('.')[0]));
  const concernsAgents = ['profile', 'datapath', 'kubeProxyMode'].some((part) => touched.has(part));
  const steps = [
    ...(concernsAgents ? [reconfigureAgents] : []),
    ...(touched.has('demo') ? [changeDemo] : []),
    startMissing,
  ];
  const layout = layoutOf(lab, before.nodeCIDR);
  await context.progress(steps, { lab, layout, signal: context.signal });
  await writeOwnerRecord(record);
  return record;
}

/** Traffic goes on: what agents made stays in the kernel until their successors have taken over. */
const reconfigureAgents: ProgressStep<ChangeContext> = {
  title: 'Restart agents with the new configuration',
  run: async ({ lab, layout }) => {
    await stopController(lab.name);
    await Promise.all(
      layout.nodes.map(async ({ name: node }) => {
        await writeAgentConfig(lab, node);
        // What `up` makes is made of this clone as it is.
        await removeTree(currentSources(nodePaths(lab.name, node).run));
        const place = { lab: lab.name, node };
        const running = await runningAgent(place);
        if (running !== undefined) await stopProcess(running, agentStopMs);
        await forgetProcess(agentRecord(place));
      }),
    );
  },
};

const changeDemo: ProgressStep<ChangeContext> = {
  title: 'Change the demo',
  run: async ({ lab }) => {
    const store = await openClusterDir(labPaths(lab.name).cluster);
    if (lab.demo.enabled) await applyDemo({ lab, store });
    else await removeDemo({ lab, store });
  },
};

const startMissing: ProgressStep<ChangeContext> = {
  title: 'Start what does not run',
  run: async ({ lab, layout, signal }) => {
    await Promise.all(
      layout.nodes.map(async ({ name: node }) => {
        const place = { lab: lab.name, node };
        if ((await runningAgent(place)) === undefined) await startAgent(place);
      }),
    );
    await startController(lab.name);
    await Promise.all(layout.nodes.map(({ name }) => agentReady({ lab, signal }, name)));
  },
};
