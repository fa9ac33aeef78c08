import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { environmentError } from '../../../src/core/errors.ts';
import type { Exec } from '../../../src/core/exec.ts';
import { exec } from '../../../src/platform/exec.ts';

/** Namespaces, links and processes of one test; `destroy` takes all of them away. */
export interface Scratch {
  /** Makes a namespace with loopback up. */
  namespace(name: string): Promise<string>;
  /** Starts a long-running Node script in a namespace; resolves when it prints its first line. */
  serve(namespace: string, script: string, ...args: string[]): Promise<void>;
  destroy(): Promise<void>;
}

/** `prefix` keeps two tests apart: names are `<prefix>-<pid>-<name>`. */
export function scratch(prefix: string): Scratch {
  const namespaces: string[] = [];
  const children: ChildProcess[] = [];
  return {
    namespace: async (name) => {
      const full = `${prefix}-${process.pid}-${name}`;
      await exec('ip', ['netns', 'add', full]);
      namespaces.push(full);
      await exec('ip', ['-n', full, 'link', 'set', 'lo', 'up']);
      return full;
    },
    serve: async (namespace, script, ...args) => {
      const child = spawn('ip', ['netns', 'exec', namespace, process.execPath, '-e', script, ...args], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      children.push(child);
      await once(child.stdout, 'data');
    },
    destroy: async () => {
      for (const child of children) {
        if (child.exitCode !== null) continue;
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
      for (const namespace of namespaces) await exec('ip', ['netns', 'delete', namespace]);
    },
  };
}

/** Runs programs inside a namespace. */
export const execIn =
  (namespace: string): Exec =>
  async (file, args, options) => {
    const result = await exec('ip', ['netns', 'exec', namespace, file, ...args], {
      ...options,
      allowFailure: true,
    });
    if (result.exitCode === 255 && result.stderr.startsWith('exec of ')) {
      throw environmentError('E_COMMAND_MISSING', `${file} is not installed`);
    }
    if (result.exitCode !== 0 && options?.allowFailure !== true) {
      throw new Error(`${file} ${args.join(' ')}: exit code ${result.exitCode}\n${result.stderr}`);
    }
    return result;
  };
