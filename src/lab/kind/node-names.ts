import { nodeNames } from '../../core/names.ts';
import { renderKind } from '../../profile/render-kind.ts';
import type { ResolvedLab } from '../../profile/resolved-lab.ts';

interface KindConfig {
  /** kind makes one control plane where none are named. */
  readonly nodes?: readonly { readonly role?: string }[];
}

/** The nodes that kind makes for a lab: a raw list in the lab file replaces the lab's own. */
export function kindNodeNames(lab: ResolvedLab): string[] {
  const { nodes = [{}] } = renderKind(lab) as KindConfig;
  const workers = nodes.filter(({ role }) => role === 'worker').length;
  return nodeNames(lab.name, nodes.length - workers, workers);
}
