import { join } from 'node:path';
import { environmentError, failure, LabError, messageOf } from '../../core/errors.ts';
import { readSources, type Sources, type StageAnswer, type Staged } from '../../core/reload.ts';
import { projectRoot } from '../../platform/fs.ts';
import type { LabContext, ProgressStep } from '../context.ts';
import { openLab } from '../lifecycle.ts';
import { lockLab } from '../lock.ts';
import { agentsOf } from './agents.ts';
import type { Agents } from './port.ts';
import { type ProgramChange, programChanges } from './program-changes.ts';

export { changesText, type ProgramChange } from './program-changes.ts';
export { onSourceChanges } from './watch.ts';

export interface NodeReload {
  readonly node: string;
  /** Cache entry of the objects that its programs come from. */
  readonly objects: string;
  /** The compiler had to run for this node. */
  readonly compiled: boolean;
  /** From the agent's end to the programs of its successor. */
  readonly seconds: number;
  readonly programs: readonly ProgramChange[];
}
export interface ReloadReport {
  readonly lab: string;
  readonly sources: string;
  readonly seconds: number;
  readonly nodes: readonly NodeReload[];
}

interface Reload {
  readonly agents: Agents;
  readonly sources: Sources;
  readonly staged: Map<string, Staged>;
  readonly done: NodeReload[];
  readonly signal: AbortSignal;
}

/** The sources of this clone. */
export const ownSources = (): string => join(projectRoot(), 'bpf');

/**
 * Puts the sources of a directory to work on every node of a lab that is up, one after the other. Before the
 * first agent ends, every node has compiled and verified them: what does not work changes nothing.
 */
export async function reloadLab(name: string, directory: string, context: LabContext): Promise<ReloadReport> {
  const began = Date.now();
  const sources = sourcesIn(directory);
  const agents = await openAgents(name);
  const lock = await lockLab(name, 'reload');
  try {
    const reload: Reload = { agents, sources, staged: new Map(), done: [], signal: context.signal };
    await context.progress(agents.nodes.map(stageOn), reload);
    await agents.alone(() => context.progress(agents.nodes.map(takeOver), reload));
    return { lab: name, sources: directory, seconds: secondsSince(began), nodes: reload.done };
  } finally {
    lock.release({ remove: true });
  }
}

/** The agents of a lab that is up; throws where they cannot be reloaded. */
export const openAgents = async (name: string): Promise<Agents> => agentsOf(await openLab(name));

const stageOn = (node: string): ProgressStep<Reload> => ({
  title: `Compile and verify on ${node}`,
  run: async ({ agents, sources, staged }, report) => {
    const answer = parseAnswer(node, await agents.ask(node, ['stage'], JSON.stringify(sources)));
    if ('refused' in answer) throw asError(node, answer.refused);
    staged.set(node, answer.staged);
    report(`${answer.staged.key}${answer.staged.cold ? '' : ', compiled before'}`);
  },
});

const takeOver = (node: string): ProgressStep<Reload> => ({
  title: `Replace the programs on ${node}`,
  run: async ({ agents, staged, done, signal }, report) => {
    const given = staged.get(node);
    if (given === undefined) throw new TypeError(`nothing is staged on ${node}`);
    const began = Date.now();
    const before = await agents.programs(node);
    await agents.ask(node, ['use', given.name]);
    await agents.restart(node, signal);
    const programs = programChanges(before, await agents.programs(node));
    const seconds = secondsSince(began);
    done.push({ node, objects: given.key, compiled: given.cold, seconds, programs });
    report(`${seconds} s`);
  },
});

function sourcesIn(directory: string): Sources {
  const sources = readSources(directory);
  if (Object.keys(sources).some((path) => /^[^/]+\.bpf\.c$/.test(path))) return sources;
  throw environmentError('E_NO_SOURCES', `${directory} holds no *.bpf.c`, {
    fix: 'restore the directory bpf/, or name another one with --bpf',
  });
}

function parseAnswer(node: string, text: string): StageAnswer {
  try {
    return JSON.parse(text) as StageAnswer;
  } catch (cause) {
    throw failure('E_STAGE', `the agent's program on ${node} answered no JSON: ${messageOf(cause)}`, {
      cause,
    });
  }
}

/** What the agent's program would have thrown here, with the node that said it. */
const asError = (
  node: string,
  { code, exitCode, message, fix }: Extract<StageAnswer, { refused: unknown }>['refused'],
): LabError =>
  new LabError(code, exitCode, `${node}: ${message}`, {
    fix: fix ?? 'nothing has changed: mend the sources and reload again',
  });

const secondsSince = (began: number): number => Math.round(Date.now() - began) / 1000;
