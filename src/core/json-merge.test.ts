import { describe, expect, it } from 'vitest';
import { jsonMerge } from './json-merge.ts';

describe('jsonMerge', () => {
  it.each([
    [{ a: 1 }, { b: 2 }, { a: 1, b: 2 }],
    [{ a: { b: 1, c: 2 } }, { a: { b: null } }, { a: { c: 2 } }],
    [{ a: [1, 2] }, { a: [3] }, { a: [3] }],
    [{ a: 'text' }, { a: { b: 1 } }, { a: { b: 1 } }],
    [{ a: 1 }, {}, { a: 1 }],
    [{}, { a: { b: null } }, { a: {} }],
  ])('%j with %j is %j', (target, patch, merged) => {
    expect(jsonMerge(target, patch)).toEqual(merged);
  });

  it('changes neither side, and no prototype', () => {
    const target = Object.freeze({ a: Object.freeze({ b: 1 }) });
    const merged = jsonMerge(target, JSON.parse('{"__proto__": {"bad": 1}, "a": {"c": 2}}'));
    expect(Object.getPrototypeOf(merged)).toBe(Object.prototype);
    expect(target).toEqual({ a: { b: 1 } });
  });
});
