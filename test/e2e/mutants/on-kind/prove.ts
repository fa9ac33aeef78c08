import { expect } from 'vitest';
import type { KindLab } from '../support/kind-lab.ts';
import { redOf, verifyLab } from '../support/lab.ts';
import type { KindMutant } from './on-kind.ts';

/** Makes a mutant, sees which claims turn red, and mends it. */
export async function makeOnKind(lab: KindLab, { claim, dependents = [], make }: KindMutant): Promise<void> {
  const clients = await lab.pods('default', 'app=hello');
  const [node = ''] = clients.map(({ spec }) => spec.nodeName ?? '').sort();
  const mend = await make(lab, node);
  try {
    const report = await verifyLab(lab.name, '--only', 'claim.*');
    const red = report.checks.filter(({ status }) => status !== 'passed').map(({ id }) => id);
    expect(red.sort(), redOf(report).join('\n')).toEqual([claim, ...dependents].sort());
  } finally {
    await mend();
  }
}
