import type { Exec } from '../core/exec.ts';
import { isInPath } from './preflight.ts';

/** What `--runtime auto` means on this machine, and why, for people. */
export interface Choice {
  readonly runtime: 'netns' | 'kind';
  readonly why: string;
}

const kindTools = ['docker', 'kind', 'helm', 'kubectl'] as const;
const answerLimitMs = 10_000;

/**
 * Namespaces for root: they are there in seconds and need nothing else. Without root a kind cluster,
 * where its tools are there and the engine answers.
 */
export async function chooseRuntime(exec: Exec, isRoot = process.getuid?.() === 0): Promise<Choice> {
  if (isRoot) return { runtime: 'netns', why: 'you are root' };
  const missing = kindTools.filter((tool) => !isInPath(tool));
  if (missing.length > 0) {
    return { runtime: 'netns', why: `you are not root, and runtime kind lacks ${missing.join(', ')}` };
  }
  const { exitCode } = await exec('docker', ['version', '--format', '{{.Server.Version}}'], {
    allowFailure: true,
    timeoutMs: answerLimitMs,
  });
  return exitCode === 0
    ? { runtime: 'kind', why: 'you are not root, and a container engine answers' }
    : { runtime: 'netns', why: 'you are not root, and no container engine answers' };
}
