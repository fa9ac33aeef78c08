import { describe, expect, it } from 'vitest';
import { laidOver, readSetStrings, withSet } from './set-strings.ts';

const deepest = [...'abcdefghijklmnopqrstuvwxyz01234'];
const refused = expect.objectContaining({
  code: 'E_SET_STRING',
  exitCode: 2,
  fix: expect.stringMatching(/./),
});

describe('--set strings', () => {
  // The expected values are what `helm template --set` (4.1) makes of each text.
  it.each<[string, unknown]>([
    ['a.b=true,c=1', { a: { b: true }, c: 1 }],
    ['a=True,b=FALSE,c=tRuE,d=NULL', { a: true, b: false, c: true, d: null }],
    ['a=yes,b=~,c=1.5,d=1e3,e=0x10,f=1_000', { a: 'yes', b: '~', c: '1.5', d: '1e3', e: '0x10', f: '1_000' }],
    ['a=-05,b=05,c=+5,d=0,e=00,f=-3,g= 1', { a: -5, b: '05', c: 5, d: 0, e: '00', f: -3, g: ' 1' }],
    ['a=-0', { a: 0 }],
    ['a=9223372036854775808', { a: '9223372036854775808' }],
    [String.raw`a=\true,b=\0`, { a: true, b: 0 }],
    ['a={x,y},b={},c={,}', { a: ['x', 'y'], b: [''], c: ['', ''] }],
    ['a={1,true,null,05}', { a: [1, true, null, '05'] }],
    [String.raw`a={x\,y,z\}},b=\{x}`, { a: ['x,y', 'z}'], b: '{x}' }],
    ['a={ x , y },b={c=d}', { a: [' x ', ' y '], b: ['c=d'] }],
    ['a={x}y=1', { a: ['x'], y: 1 }],
    ['a=x{y}', { a: 'x{y}' }],
    [String.raw`a=eth{0\,1}`, { a: 'eth{0,1}' }],
    [String.raw`a=1\,2,b=x\=y,c=x\ `.trim(), { a: '1,2', b: 'x=y', c: 'x' }],
    ['a=1,', { a: 1 }],
    ['a=', { a: '' }],
    ['a=,b=1', { a: '', b: 1 }],
    ['', {}],
    ['a.b=1,a.c={x,y}', { a: { b: 1, c: ['x', 'y'] } }],
    ['a.b=1,a=2', { a: 2 }],
    ['a[0]=x,a[1]=y', { a: ['x', 'y'] }],
    ['a[0].b=1', { a: [{ b: 1 }] }],
    ['a[0].b=1,a[0].c=', { a: [{ b: 1, c: '' }] }],
    ['a[0].b=,c=1', { a: [{ b: '' }], c: 1 }],
    ['a.b[0].c.d=1', { a: { b: [{ c: { d: 1 } }] } }],
    ['a[0][1]=x', { a: [[null, 'x']] }],
    ['a[0][1].c=x,a[0][0]=y', { a: [['y', { c: 'x' }]] }],
    ['a[2]=x,b[+1]=1,c[01]=1', { a: [null, null, 'x'], b: [null, 1], c: [null, 1] }],
    ['a[0]=1,a[0].b=2', { a: [{ b: 2 }] }],
    ['a[0]={x,y},b[0]=', { a: [['x', 'y']], b: [''] }],
    [String.raw`a\.b=1,a\[0\]=2`, { 'a.b': 1, 'a[0]': 2 }],
    ['a]=1,a{b=2,a b=3', { 'a]': 1, 'a{b': 2, 'a b': 3 }],
    [' a=1 , b= 2', { ' a': '1 ', ' b': ' 2' }],
    ['a=b=c,d=x[0].y', { a: 'b=c', d: 'x[0].y' }],
    [String.raw`podAnnotations.example\.org/team=x`, { podAnnotations: { 'example.org/team': 'x' } }],
  ])('%s', (text, values) => {
    expect(readSetStrings([text])).toStrictEqual(values);
  });

  it.each([
    ...['a', 'a.b', 'a=1,b', 'a,b=1', 'a=1,,b=2', ',a=1', 'a=[1,2]'],
    ...['a[x]=1', 'a[]=1', 'a[-1]=1', 'a[ 0]=1', 'a[65537]=1', 'a[0]b=1', 'a[0],b=1'],
    ...['a={x', 'a={x,y', 'a=eth{0,1}', 'a={{x}}'],
    ...['a=1,a.b=2', 'a.b=1,a[0]=2', 'a[0]=1,a.b=2', 'a[0]=1,a[0][0]=2', 'a=null,a.b=1', 'a=null,a[0]=1'],
    `${deepest.join('.')}.5=1`,
  ])('%j is refused, as by helm', (text) => {
    expect(() => readSetStrings([text])).toThrow(refused);
  });

  // helm takes these, and they do nothing.
  it.each(['=1', '.a=1', 'a..b=1', '[0]=1', 'a[0', 'a[0]', 'a.', 'a[0].b='])('%j is refused', (text) => {
    expect(() => readSetStrings([text])).toThrow(refused);
  });

  it('takes the longest list and the deepest name that helm takes', () => {
    expect(readSetStrings(['a[65536]=1'])).toMatchObject({ a: { length: 65_537 } });
    expect(readSetStrings([`${deepest.join('.')}=1`])).toHaveProperty(deepest, 1);
    // What is in a list does not count.
    expect(readSetStrings([`l[0].${deepest.join('.')}=1`])).toHaveProperty(['l', 0, ...deepest], 1);
  });

  it('takes any word for a name', () => {
    expect(readSetStrings(['constructor.a=1'])).toEqual({ constructor: { a: 1 } });
  });

  it('says where', () => {
    expect(() => readSetStrings(['a.b=1,c[x]=2'])).toThrow(
      '--set a.b=1,c[x]=2: "x" is no index from 0 to 65536, at column 10',
    );
    expect(() => readSetStrings(['a.b=1', 'a.b.c=2'])).toThrow('--set a.b.c=2: a.b is 1, which takes no c');
  });

  it('later ones win, maps grow together', () => {
    expect(readSetStrings(['a.b=1,a.c=2', 'a.b=3'])).toEqual({ a: { b: 3, c: 2 } });
    expect(laidOver({ a: { b: 1 }, l: [1] }, { a: { c: 2 }, l: [2] })).toEqual({ a: { b: 1, c: 2 }, l: [2] });
    expect(laidOver({ constructor: 1 }, {})).toEqual({ constructor: 1 });
  });

  it('change a list that is there', () => {
    const before = { a: [{ b: 1 }, 'x'] };
    expect(withSet(before, { option: '--set', text: 'a[0].c=2,d\\.e.f=3' })).toEqual({
      values: { a: [{ b: 1, c: 2 }, 'x'], 'd.e': { f: 3 } },
      keys: ['a', 'd\\.e.f'],
    });
    expect(before).toEqual({ a: [{ b: 1 }, 'x'] });
  });

  it('--set-string keeps texts', () => {
    expect(
      withSet({}, { option: '--set-string', text: 'a=true,b=1,c=null,d={1,true},f[0]=1' }).values,
    ).toEqual({ a: 'true', b: '1', c: 'null', d: ['1', 'true'], f: ['1'] });
    expect(() => withSet({}, { option: '--set-string', text: 'a' })).toThrow(/^--set-string a: /);
  });
});
