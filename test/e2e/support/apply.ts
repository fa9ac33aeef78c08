import type { K8sObject } from '../../../src/core/k8s.ts';
import { labctlWith } from './cli.ts';

/** Applies objects as a user does. */
export const apply = (lab: string, objects: readonly K8sObject[]): Promise<void> =>
  feed('apply', lab, objects);
export const remove = (lab: string, objects: readonly K8sObject[]): Promise<void> =>
  feed('delete', lab, objects);

async function feed(verb: 'apply' | 'delete', lab: string, objects: readonly K8sObject[]): Promise<void> {
  if (objects.length === 0) return;
  const input = objects.map((object) => JSON.stringify(object)).join('\n---\n');
  const { code, stderr } = await labctlWith({ input }, verb, '--name', lab, '-f', '-');
  if (code !== 0) throw new Error(`labctl ${verb}: exit ${code}\n${stderr}`);
}
