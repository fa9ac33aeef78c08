import { readFile } from 'node:fs/promises';
import { conflict, environmentError } from '../../core/errors.ts';
import type { Exec } from '../../core/exec.ts';
import { ownerLabel, ownerMark } from '../../core/owner-mark.ts';
import type { ResolvedLab } from '../../profile/resolved-lab.ts';
import { kubeconfigOf, systemNamespace } from '../kind/context.ts';
import { agentImage, inRegistry, type LabImage, labImage } from '../kind/images.ts';
import { type ExistingRecord, readRecord } from '../owner-record.ts';
import { isInPath } from '../preflight.ts';
import { type Connection, connect, requireAnswer, withConnection } from './connect.ts';
import { type ClusterFacts, examineCluster } from './facts.ts';
import { isOurs, type Refusal, rules } from './rules/index.ts';

/** Everything that is known before anything is made. */
export interface Prepared {
  readonly record: ExistingRecord | undefined;
  readonly connection: Connection;
  readonly facts: ClusterFacts;
  readonly images: { readonly agent: LabImage; readonly demo: LabImage };
}

const tools = ['helm', 'kubectl'] as const;

/** Reads only; throws with every reason why the cluster does not take the lab. */
export async function prepare(exec: Exec, lab: ResolvedLab): Promise<Prepared> {
  requireTools();
  const record = await existingRecord(lab.name);
  const connection = await connectionOf(exec, lab, record);
  const images = await imagesOf(lab);
  const facts = await withConnection(exec, connection, async (kubectl) => {
    await requireAnswer(kubectl, connection);
    const found = await examineCluster(exec, kubectl, lab);
    if ('missing' in found) throw lacksRights(connection, found.missing);
    return found.facts;
  });
  if (record === undefined) refuseForeignLab(facts, lab, connection);
  const refusals = rules.flatMap((rule) => rule.judge({ lab, facts, images: Object.values(images) }));
  if (refusals.length > 0) throw unfit(connection, refusals);
  return { record, connection, facts, images };
}

export async function existingRecord(lab: string): Promise<ExistingRecord | undefined> {
  const record = await readRecord(lab);
  return record?.runtime === 'existing' ? record : undefined;
}

/** A lab stays in the cluster that it was put into, wherever the user's context points meanwhile. */
async function connectionOf(
  exec: Exec,
  { name, existing }: ResolvedLab,
  record: ExistingRecord | undefined,
): Promise<Connection> {
  if (record !== undefined && existing.context === '' && existing.kubeconfig === '') {
    const { context, server } = record;
    return { context, server, text: await readFile(kubeconfigOf(name), 'utf8') };
  }
  const connection = await connect(exec, existing);
  if (record !== undefined && record.server !== connection.server) {
    throw conflict(
      'E_OTHER_CLUSTER',
      `lab ${name} is in the cluster at ${record.server}, and context ${connection.context} is ${connection.server}`,
      { fix: `labctl down --name ${name} first, or choose another --name` },
    );
  }
  return connection;
}

async function imagesOf(lab: ResolvedLab): Promise<Prepared['images']> {
  const [agent, demo] = await Promise.all([agentImage(lab), labImage('demo')]);
  const { registry } = lab.existing;
  if (registry === '') return { agent, demo };
  return { agent: inRegistry(agent, registry), demo: inRegistry(demo, registry) };
}

function requireTools(): void {
  const missing = tools.filter((tool) => !isInPath(tool));
  if (missing.length === 0) return;
  throw environmentError('E_PREFLIGHT', `runtime existing needs ${missing.join(', ')}`, {
    fix: `install ${missing.join(', ')}`,
    details: { missing },
  });
}

/** A lab of this name that is recorded elsewhere. One whose record was lost here is taken over. */
function refuseForeignLab(facts: ClusterFacts, lab: ResolvedLab, { context }: Connection): void {
  if (!isOurs(facts, lab)) return;
  const namespace = facts.namespaces.find(({ metadata }) => metadata.name === systemNamespace);
  if (namespace?.metadata.labels?.[ownerLabel] === ownerMark()) return;
  throw conflict('E_FOREIGN_CLUSTER', `context ${context} has a lab ${lab.name} that is recorded elsewhere`, {
    fix: 'labctl down there: by the user, on the machine and with the LABCTL_STATE_DIR that made it',
  });
}

const lacksRights = ({ context }: Connection, missing: readonly string[]): Error =>
  environmentError('E_RIGHTS', `context ${context} lacks the right to ${missing.join(', ')}`, {
    fix: 'use a context of a cluster administrator',
    details: { missing },
  });

const unfit = ({ context }: Connection, refusals: readonly Refusal[]): Error =>
  environmentError(
    'E_CLUSTER_UNFIT',
    [
      `the cluster of context ${context} does not take the lab:`,
      ...refusals.map(({ what }) => `  ${what}`),
    ].join('\n'),
    { fix: [...new Set(refusals.map(({ fix }) => fix))].join('; '), details: { refusals } },
  );
