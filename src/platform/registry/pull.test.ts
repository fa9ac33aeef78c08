import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { addImage, digestOf, serveRegistry, type TestImage } from '../../../test/support/registry.ts';
import { parseImage } from '../../core/image-reference.ts';
import { pullImage } from './pull.ts';

const layers = [Buffer.alloc(200_000, 'a'), Buffer.from('second layer')];

async function scene() {
  const directory = mkdtempSync(join(tmpdir(), 'labctl-pull-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const registry = await serveRegistry();
  const image = addImage(registry, 'cilium/cilium', 'v1', layers);
  const pull = (name: string, more = {}) =>
    pullImage(parseImage(name), {
      directory,
      architecture: 'amd64',
      signal: new AbortController().signal,
      ...more,
    });
  const blobs = join(directory, 'blobs', 'sha256');
  const kept = (): string[] => readdirSync(blobs).sort();
  return { registry, image, pull, kept, blobs };
}
const partsOf = ({ manifest, config, layers: parts }: TestImage): string[] =>
  [manifest, config, ...parts].map((digest) => digest.replace('sha256:', '')).sort();

describe('pulling an image', () => {
  it('takes the manifest of one platform out of an index, with all its parts, each by its digest', async () => {
    const { registry, image, pull, kept, blobs } = await scene();
    const pulled = await pull(image.name);
    expect(pulled.manifest.digest).toBe(image.manifest);
    expect(kept()).toEqual(partsOf(image));
    for (const name of kept()) expect(digestOf(readFileSync(join(blobs, name)))).toBe(`sha256:${name}`);
    expect(registry.asked[0]).toBe('/v2/cilium/cilium/manifests/v1');
  });

  it('asks by digest where one is given', async () => {
    const { registry, image, pull } = await scene();
    await pull(`${image.name}@${image.index}`);
    expect(registry.asked[0]).toBe(`/v2/cilium/cilium/manifests/${image.index}`);
  });

  it('asks a mirror instead of the registry', async () => {
    const { registry, image, pull } = await scene();
    const mirrors = { 'r.example': `http://${registry.host}/` };
    const pulled = await pull('r.example/cilium/cilium:v1', { mirrors });
    expect(pulled.manifest.digest).toBe(image.manifest);
  });

  it('goes on where an earlier run ended, and does not trust a file by its name', async () => {
    const { registry, image, pull, kept, blobs } = await scene();
    const [large = '', small = ''] = image.layers;
    registry.gate = (request, response) => {
      if (!request.url?.endsWith(small)) return false;
      response.writeHead(200, { 'content-length': '100' }).write('sec');
      response.destroy();
      return true;
    };
    await expect(pull(image.name)).rejects.toMatchObject({ code: 'E_REGISTRY', exitCode: 1 });
    expect(kept()).toEqual(partsOf(image).filter((name) => !small.endsWith(name)));
    writeFileSync(join(blobs, small.replace('sha256:', '')), 'cut off by a power failure');
    registry.gate = () => false;
    registry.asked.length = 0;
    expect((await pull(image.name)).fetchedBytes).toBe(layers[1]?.length);
    expect(registry.asked.filter((path) => path.includes('blobs'))).toEqual([
      `/v2/cilium/cilium/blobs/${small}`,
    ]);
    expect(digestOf(readFileSync(join(blobs, large.replace('sha256:', ''))))).toBe(large);
  });

  it('keeps nothing of a blob that is not what its digest says', async () => {
    const { registry, image, pull, kept } = await scene();
    const [digest = ''] = image.layers;
    registry.content.set(`/v2/cilium/cilium/blobs/${digest}`, { type: '', bytes: Buffer.from('other') });
    await expect(pull(image.name)).rejects.toMatchObject({ code: 'E_DIGEST', exitCode: 1 });
    expect(kept()).toEqual(partsOf(image).filter((name) => !image.layers.some((one) => one.endsWith(name))));
  });

  it.each(['index', 'manifest'] as const)('refuses another %s than the digest says', async (which) => {
    const { registry, image, pull } = await scene();
    const path = `/v2/cilium/cilium/manifests/${image[which]}`;
    const bytes = Buffer.from(`${registry.content.get(path)?.bytes} `);
    registry.content.set(path, { type: '', bytes });
    await expect(pull(`${image.name}@${image.index}`)).rejects.toMatchObject({ code: 'E_DIGEST' });
  });

  it('gets a token for nobody in particular where the registry wants one', async () => {
    const { registry, image, pull } = await scene();
    registry.gate = (request, response) => {
      if (request.url?.startsWith('/token?') === true) {
        response.end(JSON.stringify({ token: `for ${request.url.replaceAll(/%3A/g, ':')}` }));
        return true;
      }
      if (request.headers.authorization?.includes('scope=repository:') === true) return false;
      const realm = `http://${registry.host}/token`;
      const scope = 'repository:cilium/cilium:pull';
      response.writeHead(401, {
        'www-authenticate': `Bearer realm="${realm}",service="reg",scope="${scope}"`,
      });
      response.end();
      return true;
    };
    expect((await pull(image.name)).manifest.digest).toBe(image.manifest);
    expect(registry.asked.filter((path) => path.startsWith('/token?'))).toHaveLength(1);
  });

  it.each([
    [401, 'E_REGISTRY_DENIED', 1],
    [403, 'E_REGISTRY_DENIED', 1],
    [404, 'E_NO_IMAGE', 4],
    [503, 'E_REGISTRY', 1],
  ])('says what %i means', async (status, code, exitCode) => {
    const { registry, image, pull } = await scene();
    registry.gate = (_request, response) => {
      response.writeHead(status, { 'www-authenticate': 'Basic realm="x"' }).end();
      return true;
    };
    const error: unknown = await pull(image.name).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, exitCode, fix: expect.any(String) });
    expect(String(error)).toContain(image.name);
  });

  it('names the platforms that there are', async () => {
    const { image, pull } = await scene();
    await expect(pull(image.name, { architecture: 'riscv64' })).rejects.toThrow(
      /for linux\/s390x, linux\/amd64, not for linux\/riscv64/,
    );
  });

  it('says why nobody answers', async () => {
    const { pull } = await scene();
    await expect(pull('127.0.0.1:59998/a/b:1')).rejects.toThrow(/ECONNREFUSED/);
  });

  it('ends with the signal', async () => {
    const { registry, image, pull } = await scene();
    const controller = new AbortController();
    const reason = new Error('enough');
    registry.gate = () => {
      controller.abort(reason);
      return true;
    };
    await expect(pull(image.name, { signal: controller.signal })).rejects.toBe(reason);
  });
});
