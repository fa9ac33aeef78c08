import type { Exec } from '../../core/exec.ts';
import { imageName, imageText } from '../../core/image-reference.ts';
import { imageId, requireDocker } from '../../platform/docker.ts';
import type { Finding } from '../doctor/index.ts';
import type { CiliumRequest } from './request.ts';
import { engineName, wantedImages } from './wanted-images.ts';

const chartNeed = {
  id: 'cilium.chart',
  title: "Cilium's chart",
  need: 'nothing else says what Cilium is installed from, with which images',
};
const imagesNeed = {
  id: 'cilium.images',
  title: "Cilium's images are in the local engine",
  need: 'nodes get them from there and pull nothing',
};

/** What a lab with Cilium needs beside what every lab on kind needs. Reads only; E_DOCKER where no engine answers. */
export async function ciliumFindings(exec: Exec, request: CiliumRequest): Promise<Finding[]> {
  await requireDocker(exec);
  return [chartFinding(request), await imagesFinding(exec, request)];
}

function chartFinding({ chart, version }: CiliumRequest): Finding {
  if (chart !== undefined) return { ...chartNeed, state: 'ok', saw: `${chart.name} ${chart.version}` };
  return {
    ...chartNeed,
    state: 'failed',
    saw: 'none is given',
    fix: `--chart https://helm.cilium.io; where there is no network, helm pull cilium --repo https://helm.cilium.io --version ${version} elsewhere, then --chart cilium-${version}.tgz`,
  };
}

async function imagesFinding(exec: Exec, request: CiliumRequest): Promise<Finding> {
  const { images, untagged, source } = await wantedImages(exec, request);
  const present = await Promise.all(
    images.map(async (image) => (await imageId(exec, engineName(imageName(image)))) !== undefined),
  );
  const missing = [...images.filter((_, at) => present[at] !== true).map(imageText), ...untagged];
  if (missing.length === 0) return { ...imagesNeed, state: 'ok', saw: `${images.length}, by ${source}` };
  const asked = [...request.asked, '--file', 'cilium.tar'].join(' ');
  return {
    ...imagesNeed,
    state: 'failed',
    saw: `missing: ${missing.join(', ')}`,
    fix: `labctl images save ${asked} where there is a network, then labctl images load --file cilium.tar`,
  };
}
