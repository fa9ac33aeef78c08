import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExitCode } from './errors.ts';

/** What `labctl reload` and the agent's program say to each other. */

/** The sources of a datapath: text by path below bpf/. */
export type Sources = Readonly<Record<string, string>>;

/** What `agent stage` answers: sources that may be used, or why they may not. */
export type StageAnswer = { readonly staged: Staged } | { readonly refused: Refused };
export interface Staged {
  /** Name of the sources on this node, for `agent use`. */
  readonly name: string;
  /** Cache entry of the objects. */
  readonly key: string;
  /** The compiler had to run. */
  readonly cold: boolean;
}
export interface Refused {
  readonly code: string;
  readonly exitCode: ExitCode;
  readonly message: string;
  readonly fix?: string;
}

/** Where an agent keeps sources that it was given, below its run directory. */
export const sourcesPlace = (run: string): string => join(run, 'sources');
/** Says which of them its next start takes; without it the agent takes its own. */
export const currentSources = (run: string): string => join(sourcesPlace(run), 'current.json');

const sourceFile = /^(?!tests\/)[\w.-]+(\/[\w.-]+)*\.(c|h|def)$/;

export const isSourcePath = (path: string): boolean => sourceFile.test(path) && !path.includes('..');

/** Paths of the sources below a directory, in an order of their own. */
export const sourcePaths = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter(isSourcePath).sort();

export const readSources = (directory: string): Sources =>
  Object.fromEntries(
    sourcePaths(directory).map((path) => [path, readFileSync(join(directory, path), 'utf8')]),
  );
