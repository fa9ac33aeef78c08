import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { notFound } from '../core/errors.ts';
import { nearestWord } from '../core/nearest-word.ts';
import { labPaths } from '../core/paths.ts';
import { readIfPresent } from '../platform/fs.ts';
import { openLab } from './open.ts';

export interface LabLog {
  readonly name: string;
  readonly file: string;
  readonly text: string;
}

const extension = '.log';
const agentExtension = '.agent.log';

/** The log of a node's agent, of a pod or of the controller; without a name those of all of them but pods. */
export async function labLogs(
  lab: string,
  target?: string,
  options: { readonly tail?: number } = {},
): Promise<LabLog[]> {
  await openLab(lab);
  const directory = labPaths(lab).logs;
  const files = (await readdir(directory)).filter((file) => file.endsWith(extension)).sort();
  const wanted =
    target === undefined ? files.filter(isOfLab) : files.filter((file) => namesOf(file).includes(target));
  if (target !== undefined && wanted.length === 0) {
    const names = files.flatMap(namesOf);
    const nearest = nearestWord(target, names);
    throw notFound('E_NO_LOG', `nothing of lab ${lab} that logs is called ${target}`, {
      fix: nearest === undefined ? `one of: ${names.join(', ')}` : `did you mean ${nearest}?`,
    });
  }
  return Promise.all(wanted.map((file) => readLog(join(directory, file), options.tail)));
}

const isOfLab = (file: string): boolean => file.endsWith(agentExtension) || file === 'controller.log';

/** `lab-worker.agent.log` -> lab-worker; `default.demo-x.log` -> default/demo-x and demo-x. */
function namesOf(file: string): string[] {
  if (file.endsWith(agentExtension)) return [file.slice(0, -agentExtension.length)];
  const name = basename(file, extension);
  const dot = name.indexOf('.');
  return dot < 0 ? [name] : [`${name.slice(0, dot)}/${name.slice(dot + 1)}`, name.slice(dot + 1)];
}

async function readLog(file: string, tail: number | undefined): Promise<LabLog> {
  const text = (await readIfPresent(file)) ?? '';
  const lines = text.split('\n');
  const shown = tail === undefined ? text : lines.slice(-tail - 1).join('\n');
  return { name: namesOf(basename(file))[0] ?? file, file, text: shown };
}
