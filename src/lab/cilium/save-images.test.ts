import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { addImage, serveRegistry } from '../../../test/support/registry.ts';
import { parseImage } from '../../core/image-reference.ts';
import { silentLog } from '../../core/log.ts';
import { execLean } from '../../platform/exec-lean.ts';
import type { LabContext } from '../context.ts';
import { imagesOfArchive } from '../kind/archive.ts';
import { saveImages } from './save-images.ts';

const context: LabContext = {
  exec: execLean,
  log: silentLog,
  signal: new AbortController().signal,
  progress: async (steps, shared) => {
    for (const step of steps) await step.run(shared, () => undefined);
  },
};
const here = process.arch === 'x64' ? 'amd64' : process.arch;
const shared = Buffer.from('a layer of both');

async function scene() {
  const place = mkdtempSync(join(tmpdir(), 'labctl-save-'));
  onTestFinished(() => rmSync(place, { recursive: true }));
  const registry = await serveRegistry();
  const images = [
    addImage(registry, 'cilium/cilium', 'v1', [shared, Buffer.from('agent')], { os: 'linux' }, here),
    addImage(registry, 'cilium/operator-generic', 'v1', [shared], { os: 'linux', operator: true }, here),
  ];
  const file = join(place, 'cilium.tar');
  const save = () =>
    saveImages(
      images.map(({ name, index }) => parseImage(`${name}@${index}`)),
      file,
      [],
      context,
    );
  return { place, registry, images, file, save };
}
const textAt = (...path: string[]): string => readFileSync(join(...path), 'utf8');
const hex = (digest: string): string => digest.replace('sha256:', '');

describe('an archive of images', () => {
  it('is whole: every part that its tables name is in it, and is what its name says', async () => {
    const { place, images, file, save } = await scene();
    await save();
    const out = join(place, 'out');
    mkdirSync(out);
    await execLean('tar', ['-xf', file, '-C', out]);
    const blobs = join(out, 'blobs', 'sha256');
    for (const name of readdirSync(blobs)) {
      expect(
        createHash('sha256')
          .update(readFileSync(join(blobs, name)))
          .digest('hex'),
      ).toBe(name);
    }
    const wanted = images.flatMap(({ manifest, config, layers }) => [manifest, config, ...layers]);
    expect(readdirSync(blobs).sort()).toEqual([...new Set(wanted.map(hex))].sort());
    expect(JSON.parse(textAt(out, 'oci-layout'))).toEqual({ imageLayoutVersion: '1.0.0' });
    const { manifests } = JSON.parse(textAt(out, 'index.json'));
    expect(manifests).toEqual(
      images.map(({ name, manifest }) => ({
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        digest: manifest,
        size: readFileSync(join(blobs, hex(manifest))).length,
        annotations: { 'io.containerd.image.name': name, 'org.opencontainers.image.ref.name': 'v1' },
      })),
    );
    expect(JSON.parse(textAt(out, 'manifest.json'))).toEqual(
      images.map(({ name, config, layers }) => ({
        Config: `blobs/sha256/${hex(config)}`,
        RepoTags: [name],
        Layers: layers.map((layer) => `blobs/sha256/${hex(layer)}`),
      })),
    );
  });

  it('is what loading reads, is the same file each time, and leaves nothing beside it', async () => {
    const { place, images, file, save } = await scene();
    await save();
    const first = readFileSync(file);
    expect(await imagesOfArchive(execLean, file)).toEqual(
      images.map(({ name, config }) => ({ name, config })),
    );
    await save();
    expect(readFileSync(file).equals(first)).toBe(true);
    expect(readdirSync(place)).toEqual(['cilium.tar']);
  });

  it('fetches a layer of two images once', async () => {
    const { registry, images, save } = await scene();
    const saved = await save();
    const layer = images[1]?.layers[0] ?? '';
    expect(registry.asked.filter((path) => path.endsWith(layer))).toHaveLength(1);
    expect(saved.map(({ image }) => image)).toEqual(images.map(({ name }) => name));
  });

  it('is not there where one image fails; what was fetched stays for the next run', async () => {
    const { registry, images, file, save } = await scene();
    registry.gate = (request, response) => {
      if (request.url?.includes('operator') !== true) return false;
      response.writeHead(404).end();
      return true;
    };
    await expect(save()).rejects.toMatchObject({ code: 'E_NO_IMAGE' });
    expect(existsSync(file)).toBe(false);
    registry.gate = () => false;
    registry.asked.length = 0;
    await save();
    const fetched = registry.asked.filter((path) => path.includes('blobs'));
    expect(fetched).toEqual([`/v2/cilium/operator-generic/blobs/${images[1]?.config}`]);
  });

  it('refuses two images of one name', async () => {
    const twins = ['a/b:1', `a/b:1@sha256:${'a'.repeat(64)}`].map(parseImage);
    await expect(saveImages(twins, '/nowhere', [], context)).rejects.toMatchObject({ code: 'E_IMAGE_NAME' });
  });
});
