import { describe, expect, it } from 'vitest';
import { fullName, parseManifest } from './archive.ts';

const digest = 'ab'.repeat(32);

describe('an archive of images', () => {
  it.each([
    ["the engine's own store", `${digest}.json`],
    ["containerd's store, several platforms or one", `blobs/sha256/${digest}`],
  ])('tells names and contents when it comes from %s', (_, Config) => {
    const text = JSON.stringify([{ Config, RepoTags: ['app:1', 'example.com:5000/app:1'], Layers: [] }]);
    expect(parseManifest(text)).toEqual([
      { name: 'docker.io/library/app:1', config: `sha256:${digest}` },
      { name: 'example.com:5000/app:1', config: `sha256:${digest}` },
    ]);
  });

  it('may name nothing', () => {
    expect(parseManifest(JSON.stringify([{ Config: `${digest}.json`, RepoTags: null }]))).toEqual([]);
  });

  it.each([
    ['debian', 'docker.io/library/debian'],
    ['labctl/demo:1', 'docker.io/labctl/demo:1'],
    ['localhost/app:1', 'localhost/app:1'],
    ['registry.k8s.io/pause:3.10', 'registry.k8s.io/pause:3.10'],
  ])('means %s in full', (name, full) => {
    expect(fullName(name)).toBe(full);
  });
});
