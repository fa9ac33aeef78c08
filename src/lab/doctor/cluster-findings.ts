import { LabError } from '../../core/errors.ts';
import type { ResolvedLab } from '../../profile/resolved-lab.ts';
import { connect, requireAnswer, withConnection } from '../existing/connect.ts';
import { examineCluster } from '../existing/facts.ts';
import { rules } from '../existing/rules/index.ts';
import { labImage } from '../kind/images.ts';
import type { Finding } from './index.ts';
import type { ProbeContext } from './probe.ts';

const reach = {
  id: 'cluster.answers',
  title: 'the cluster answers, and lets a lab in',
  need: 'up asks before it makes anything',
};

/** One finding for each rule by which `up` judges an existing cluster. */
export async function clusterFindings({ exec }: ProbeContext, lab: ResolvedLab): Promise<Finding[]> {
  try {
    const connection = await connect(exec, lab.existing);
    const found = await withConnection(exec, connection, async (kubectl) => {
      await requireAnswer(kubectl, connection);
      return await examineCluster(exec, kubectl, lab);
    });
    if ('missing' in found) {
      return [failed(`no right to ${found.missing.join(', ')}`, 'use a context of a cluster administrator')];
    }
    const images = await Promise.all([labImage('agent'), labImage('demo')]);
    const saw = `context ${connection.context}: ${connection.server}`;
    return [
      { ...reach, state: 'ok', saw },
      ...rules.map(({ id, title, need, judge }): Finding => {
        const refusals = judge({ lab, facts: found.facts, images });
        const about = { id: `cluster.${id}`, title, need };
        if (refusals.length === 0) return { ...about, state: 'ok', saw: 'so it is' };
        return {
          ...about,
          state: 'failed',
          saw: refusals.map(({ what }) => what).join('; '),
          fix: [...new Set(refusals.map(({ fix }) => fix))].join('; '),
        };
      }),
    ];
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    return [failed(error.message, error.fix ?? 'kubectl config get-contexts lists clusters')];
  }
}

const failed = (saw: string, fix: string): Finding => ({ ...reach, state: 'failed', saw, fix });
