import { usageError } from '../core/errors.ts';
import type { RenderedPart } from '../lab/render/files.ts';
import type { ResolvedLab } from '../profile/resolved-lab.ts';
import { ciliumInput } from './cilium-input.ts';
import type { CommandContext } from './command.ts';

/** What goes to kind, to Cilium's own chart and to the cluster. With a directory, paths inside them point into it. */
export async function ciliumParts(
  context: CommandContext,
  lab: ResolvedLab,
  only: string | undefined,
  options: Readonly<Record<string, unknown>>,
  directory?: string,
): Promise<readonly RenderedPart[]> {
  const { ciliumValuesPart } = await import('../cilium/index.ts');
  const { version, observe } = await ciliumInput(context, options);
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
