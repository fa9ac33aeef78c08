import {
  type ChartText,
  type ChartVersion,
  defaultVersion,
  locateChart,
  type Observe,
  parseVersion,
  readChart,
  versionOfChart,
} from '../../cilium/index.ts';
import type { Exec } from '../../core/exec.ts';
import type { ResolvedLab } from '../../profile/resolved-lab.ts';

/** Cilium as a lab is to have it. */
export interface CiliumRequest {
  readonly lab: ResolvedLab;
  readonly version: ChartVersion;
  readonly observe: Observe;
  readonly chart?: GivenChart;
  /** Options by which another command is about the same. */
  readonly asked: readonly string[];
}
export interface GivenChart extends ChartText {
  /** Directory or archive. */
  readonly place: string;
}

export interface CiliumWords {
  readonly version?: string;
  readonly chart?: string;
  readonly observe?: Observe;
  readonly asked?: readonly string[];
}

/** Reads the chart where one is given; it decides the version, and may not be another than the one asked for. */
export async function ciliumRequest(
  exec: Exec,
  lab: ResolvedLab,
  { version, chart, observe = 'default', asked: words = [] }: CiliumWords,
): Promise<CiliumRequest> {
  const asked = version === undefined ? undefined : parseVersion(version);
  if (chart === undefined) return { lab, observe, version: asked ?? defaultVersion, asked: words };
  const place = await locateChart(exec, chart, asked ?? defaultVersion);
  const text = await readChart(exec, place);
  return {
    lab,
    observe,
    asked: words,
    version: versionOfChart(text, chart, asked),
    chart: { ...text, place },
  };
}
