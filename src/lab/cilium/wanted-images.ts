import { parse } from 'yaml';
import { builtInImages, imagesOfManifests, imagesOfValues, renderCiliumValues } from '../../cilium/index.ts';
import type { Exec } from '../../core/exec.ts';
import { type ImageReference, parseImage } from '../../core/image-reference.ts';
import { isInPath } from '../preflight.ts';
import { ciliumManifests } from './manifests.ts';
import type { CiliumRequest } from './request.ts';

/** What nodes will ask for, and how far that is known. */
export interface WantedImages {
  readonly images: readonly ImageReference[];
  /** For people: where the knowledge comes from. */
  readonly source: string;
  /** Needed as well, by an unknown tag. */
  readonly untagged: readonly string[];
}

/** By a rendering where there are helm and a chart, by the chart's values without helm, else by a built-in list. */
export async function wantedImages(
  exec: Exec,
  request: CiliumRequest,
  hasHelm = isInPath('helm'),
): Promise<WantedImages> {
  const { lab, version, observe, chart } = request;
  if (chart === undefined) {
    const { images, untagged } = builtInImages(version);
    const source = `the built-in list of Cilium ${version}, by tag: give --chart for digests and all that it turns on`;
    return { images: images.map(parseImage), source, untagged };
  }
  const name = `chart ${chart.name} ${chart.version}`;
  if (hasHelm) {
    const images = imagesOfManifests(await ciliumManifests(exec, request, chart));
    return { images: images.map(parseImage), source: `${name}, rendered by helm`, untagged: [] };
  }
  const written = (parse(chart.values) ?? {}) as Readonly<Record<string, unknown>>;
  const images = imagesOfValues(written, renderCiliumValues(lab, version, observe), version);
  return { images: images.map(parseImage), source: `values.yaml of ${name}, without helm`, untagged: [] };
}

/** Engines leave out what they complete themselves. */
export const engineName = (name: string): string => name.replace(/^docker\.io\/(library\/)?/, '');
