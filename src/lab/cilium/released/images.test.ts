import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { builtInImages, imagesOfManifests, imagesOfValues } from '../../../cilium/index.ts';
import { laidOver } from '../../../cilium/values/set-strings.ts';
import { inRange } from '../../../cilium/version.ts';
import { imageText } from '../../../core/image-reference.ts';
import { exec } from '../../../platform/exec.ts';
import { cannotRender, rendered, requestFor, setups, versions } from '../testing/released-charts.ts';
import { valuesToInstall } from '../values.ts';
import { wantedImages } from '../wanted-images.ts';

/** All that a lab can turn on by raw values; spelled as every version takes it. */
const allOn = {
  hubble: {
    enabled: true,
    relay: { enabled: true },
    ui: { enabled: true },
    tls: { auto: { method: 'cronJob' } },
  },
};
const withoutDigest = (image: string): string => image.replace(/@.*$/, '');

describe.skipIf(cannotRender)('images of released charts', { timeout: 60_000 }, () => {
  it('has charts to go by', () => {
    expect(versions).not.toEqual([]);
  });

  it.each(versions)('%s: are told the same with helm and without', async (version) => {
    for (const [name, setup] of Object.entries(setups)) {
      const request = await requestFor(version, setup);
      const withHelm = await wantedImages(exec, request, true);
      const without = await wantedImages(exec, request, false);
      expect(new Set(without.images.map(imageText)), name).toEqual(new Set(withHelm.images.map(imageText)));
    }
  });

  it.each(versions)('%s: are known as far as the built-in list says, without a chart', async (version) => {
    const request = await requestFor(version, setups.ebpf);
    const { images, untagged } = builtInImages(request.version);
    const asked = imagesOfManifests(await rendered(request)).map(withoutDigest);
    const known = asked.filter((image) => !untagged.includes(image.replace(/:[^:]*$/, '')));
    expect(new Set(known)).toEqual(new Set(images));
    expect(asked.length - new Set(known).size).toBe(untagged.length);
  });

  it.each(versions)(
    '%s: all that Hubble needs, and by the values that pull nothing plain tags',
    async (version) => {
      const request = await requestFor(version, setups.kpr);
      const values = laidOver(valuesToInstall(request), allOn) as Readonly<Record<string, unknown>>;
      const asked = imagesOfManifests(await rendered(request, values));
      const ofValues = imagesOfValues(parse(request.chart.values), values, version);
      expect(new Set(ofValues)).toEqual(new Set(asked));
      expect(asked.length).toBe(inRange(version, { from: '1.16.0' }) ? 7 : 6);
      // Before 1.14 the chart has digests in the tags of Hubble's UI and of certgen, which no value takes out.
      const pinned = asked.filter((image) => image.includes('@'));
      expect(pinned.length).toBe(inRange(version, { from: '1.14.0' }) ? 0 : 3);
    },
  );
});
