import { join } from 'node:path';
import { labPaths } from '../../core/paths.ts';
import { childCgroup, createCgroup } from '../../platform/cgroup.ts';
import { bundledProgram } from '../../platform/fs.ts';
import { labEnvironment, type ProcessId, startDetached, stopProcess } from '../../platform/process.ts';
import { recordedProcess, recordProcess } from '../../platform/process-record.ts';
import type { LayoutRole } from './layout.ts';

const stopGraceMs = 3000;

export const controllerLog = (lab: string): string => join(labPaths(lab).logs, 'controller.log');
const controllerRecord = (lab: string): string => join(labPaths(lab).run, 'controller.pid');

export const runningController = (lab: string): Promise<ProcessId | undefined> =>
  recordedProcess(controllerRecord(lab));

/** Starts the lab's controller, or leaves the one that runs. It lives in the host's own namespaces. */
export async function startController(lab: string): Promise<ProcessId> {
  const running = await runningController(lab);
  if (running !== undefined) return running;
  const cgroup = childCgroup(lab, 'controller');
  await createCgroup(cgroup);
  const started = await startDetached({
    cgroup,
    file: process.execPath,
    args: [bundledProgram('controller'), 'run', '--lab', lab],
    env: labEnvironment(),
    log: controllerLog(lab),
  });
  await recordProcess(controllerRecord(lab), started);
  return started;
}

export async function stopController(lab: string): Promise<void> {
  const running = await runningController(lab);
  if (running !== undefined) await stopProcess(running, stopGraceMs);
}

/** The world host and the outside client answer as pods do, so that a pod learns which source they saw. */
export async function startRoleServer(lab: string, role: LayoutRole): Promise<ProcessId> {
  const cgroup = childCgroup(lab, role.role);
  await createCgroup(cgroup);
  const started = await startDetached({
    cgroup,
    namespace: role.namespace,
    file: process.execPath,
    args: [bundledProgram('demo-server')],
    env: labEnvironment({ POD_NAME: role.role, NODE_NAME: '' }),
    log: join(labPaths(lab).logs, `${role.role}.log`),
  });
  await recordProcess(join(labPaths(lab).run, `${role.role}.pid`), started);
  return started;
}
