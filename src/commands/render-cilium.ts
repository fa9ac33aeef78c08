import { usageError } from '../core/errors.ts';
import type { RenderedPart } from '../lab/render/files.ts';
import type { ResolvedLab } from '../profile/resolved-lab.ts';
import { filledOption } from './shared.ts';
import { wordOption } from './word-option.ts';

export const observations = ['default', 'full'] as const;

/** What goes to kind, to Cilium's own chart and to the cluster. With a directory, paths inside them point into it. */
export async function ciliumParts(
  lab: ResolvedLab,
  only: string | undefined,
  options: Readonly<Record<string, unknown>>,
  directory?: string,
): Promise<readonly RenderedPart[]> {
  const { ciliumValuesPart } = await import('../cilium/index.ts');
  const version = filledOption(options, 'ciliumVersion');
  const observe = wordOption(options, 'observe', observations) ?? 'default';
  const { renderParts, yamlText } = await import('../lab/render/files.ts');
  const { path, ...values } = ciliumValuesPart(lab, version, observe);
  const others = await renderParts(lab, ['kind', 'manifests'], directory);
  const filled = { ...values, files: [{ path, text: yamlText(values.documents) }] };
  const all = [...others.slice(0, 1), filled, ...others.slice(1)];
  const wanted = all.filter(({ part }) => only === undefined || part === only);
  if (wanted.length === 0) {
    throw usageError('E_USAGE', `--only ${only}: Cilium has its own`, {
      fix: 'one of kind, values, manifests',
    });
  }
  return wanted;
}
