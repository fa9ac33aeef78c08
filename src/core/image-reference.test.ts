import { describe, expect, it } from 'vitest';
import { imageText, parseImage } from './image-reference.ts';

const digest = `sha256:${'ab'.repeat(32)}`;

describe('name of an image', () => {
  it.each([
    ['debian', { registry: 'docker.io', repository: 'library/debian' }],
    ['a/b:1', { registry: 'docker.io', repository: 'a/b', tag: '1' }],
    ['localhost:5000/a', { registry: 'localhost:5000', repository: 'a' }],
    ['127.0.0.1:5000/a/b:v1.2-rc', { registry: '127.0.0.1:5000', repository: 'a/b', tag: 'v1.2-rc' }],
    [`r.example/a:t@${digest}`, { registry: 'r.example', repository: 'a', tag: 't', digest }],
  ])('%s', (text, parts) => {
    expect(parseImage(text)).toEqual(parts);
  });

  it('is written in full', () => {
    expect(imageText(parseImage(`a/b:1@${digest}`))).toBe(`docker.io/a/b:1@${digest}`);
  });

  it.each(['', 'cilium:v1.20.0@', `a@sha256:${'ab'}`, 'A/b', 'a b', 'a:t:'])('%j is none', (text) => {
    expect(() => parseImage(text)).toThrow(expect.objectContaining({ code: 'E_IMAGE_NAME', exitCode: 2 }));
  });
});
