import {
  type Finding,
  keysOfChart,
  leavesOf,
  lintValues,
  renderCiliumValues,
  universeOf,
} from '../../cilium/index.ts';
import type { CiliumRequestWithChart } from './plan.ts';

/** What the linter finds in the lab file's own values (`spec.helm.values`), held against those of the profile. */
export function rawFindings({ lab, version, observe, chart }: CiliumRequestWithChart): readonly Finding[] {
  const own = new Set(leavesOf(lab.raw.helm).map(({ key }) => key));
  if (own.size === 0) return [];
  const universe = universeOf(`the keys of chart ${chart.version}`, keysOfChart(chart));
  return lintValues(renderCiliumValues(lab, version, observe), { version, universe }).filter(({ key }) =>
    own.has(key),
  );
}
