import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';
import { exec } from '../../src/platform/exec.ts';
import { projectRoot } from '../../src/platform/fs.ts';
import { renderValues } from '../../src/profile/render-values.ts';
import { resolveLab } from '../../src/profile/resolve.ts';

/** An object as helm prints it. Tests say what is in it. */
export interface RenderedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec: { readonly template: { readonly spec: RenderedPod } };
  readonly data?: Readonly<Record<string, string>>;
  readonly rules?: unknown;
  readonly roleRef?: { readonly name: string };
  readonly subjects?: unknown;
}
export interface RenderedPod {
  readonly containers: readonly [{ readonly securityContext: unknown }];
  readonly initContainers?: unknown;
  readonly hostPID?: boolean;
  readonly hostIPC?: boolean;
  readonly securityContext: { readonly seccompProfile?: unknown };
  readonly serviceAccountName: string;
  readonly volumes: unknown;
  terminationGracePeriodSeconds: unknown;
}

/** Values of a lab on kind that these flags describe. */
export const valuesOf = (flags: Readonly<Record<string, unknown>>): unknown =>
  renderValues(resolveLab({ flags: { runtime: 'kind', ...flags } }).lab);

/** Every object of the chart with these values. */
export async function chartObjects(values: unknown): Promise<readonly RenderedObject[]> {
  const directory = await mkdtemp(join(tmpdir(), 'labctl-chart-'));
  try {
    const file = join(directory, 'values.yaml');
    await writeFile(file, stringify(values));
    const chart = join(projectRoot(), 'templates', 'chart');
    const { stdout } = await exec('helm', [
      ...['template', 'labctl', chart, '--namespace', 'labctl-system', '--values', file],
    ]);
    const documents = parseAllDocuments(stdout);
    return 'empty' in documents ? [] : documents.map((one) => one.toJS() as RenderedObject);
  } finally {
    await rm(directory, { recursive: true });
  }
}
