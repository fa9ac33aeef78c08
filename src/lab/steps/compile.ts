import { join } from 'node:path';
import type { ControllerConfig } from '../../core/controller-config.ts';
import { failure, messageOf } from '../../core/errors.ts';
import type { Exec } from '../../core/exec.ts';
import { cacheRoot, labPaths } from '../../core/paths.ts';
import { childCgroup, createCgroup } from '../../platform/cgroup.ts';
import { bundledProgram, writeAtomic } from '../../platform/fs.ts';
import { placed } from '../../platform/placed.ts';
import { labEnvironment } from '../../platform/process.ts';
import type { Compiled, Step } from '../context.ts';

export const compileCgroup = (lab: string): string => childCgroup(lab, 'compile');
const compileLimitMs = 180_000;

/** Begun before the fabric: in a warm cache it is done by the time that it is asked for. */
export const compile: Step = {
  title: 'Compile the datapath',
  run: async ({ lab, compiled }, report) => {
    const { warm, cni } = await compiled();
    const config: ControllerConfig = { schema: 'labctl.dev/controller/v1', lab: lab.name, cniPlugin: cni };
    await writeAtomic(join(labPaths(lab.name).run, 'controller.json'), `${JSON.stringify(config)}\n`);
    report(warm ? 'cached' : 'compiled');
  },
};

/** In a cgroup of the lab, so that it ends with it. */
export async function runCompile(exec: Exec, lab: string): Promise<Compiled> {
  const cgroup = compileCgroup(lab);
  await createCgroup(cgroup);
  const args = [bundledProgram('agent'), 'compile', '--cache', cacheRoot()];
  const command = placed({ cgroup }, process.execPath, args);
  const { stdout } = await exec(command.file, command.args, {
    timeoutMs: compileLimitMs,
    env: labEnvironment(),
  });
  try {
    const answer: unknown = JSON.parse(stdout);
    if (typeof answer === 'object' && answer !== null && 'cold' in answer && 'cni' in answer) {
      return { warm: answer.cold !== true, cni: String(answer.cni) };
    }
    throw new Error('it names no plug-in');
  } catch (cause) {
    throw failure(
      'E_COMPILE_ANSWER',
      `agent compile answered ${JSON.stringify(stdout)}: ${messageOf(cause)}`,
      {
        cause,
      },
    );
  }
}
