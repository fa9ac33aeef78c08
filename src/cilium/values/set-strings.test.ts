import { describe, expect, it } from 'vitest';
import { laidOver, readSetStrings } from './set-strings.ts';

describe('--set strings', () => {
  it.each([
    ['a.b=true,c=1', { a: { b: true }, c: 1 }],
    ['a={x,y},b={}', { a: ['x', 'y'], b: [] }],
    [String.raw`a=1\,2,b=x\=y`, { a: '1,2', b: 'x=y' }],
    ['a=010,b=1.5,c=-3,d=null,e=', { a: '010', b: '1.5', c: -3, d: null, e: '' }],
    ['a[0]=x,a[1]=y', { a: ['x', 'y'] }],
    [String.raw`podAnnotations.example\.org/team=x`, { podAnnotations: { 'example.org/team': 'x' } }],
    ['url=http://x/?a=b', { url: 'http://x/?a=b' }],
    ['ipv4NativeRoutingCIDR=10.0.0.0/8', { ipv4NativeRoutingCIDR: '10.0.0.0/8' }],
  ])('%s', (text, values) => {
    expect(readSetStrings([text])).toEqual(values);
  });

  it('later ones win, maps grow together', () => {
    expect(readSetStrings(['a.b=1,a.c=2', 'a.b=3'])).toEqual({ a: { b: 3, c: 2 } });
    expect(laidOver({ a: { b: 1 }, l: [1] }, { a: { c: 2 }, l: [2] })).toEqual({ a: { b: 1, c: 2 }, l: [2] });
  });

  it.each(['a', '=1', 'a=1,b', ''])('%j is refused', (text) => {
    expect(() => readSetStrings([text])).toThrow(
      expect.objectContaining({ code: 'E_SET_STRING', exitCode: 2 }),
    );
  });
});
