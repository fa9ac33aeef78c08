import { describe, expect, it } from 'vitest';
import { compareVersions, inRange, parseVersion } from './version.ts';

describe('versions', () => {
  it('compare as numbers, candidates before their release', () => {
    const sorted = [
      '1.9.10',
      '1.12.0',
      '1.13.0-rc5',
      '1.13.0-rc.10',
      '1.13.0',
      '1.13.4',
      '1.13.10',
      '1.21.0-pre.0',
    ];
    expect([...sorted].reverse().sort(compareVersions)).toEqual(sorted);
  });

  it('count a candidate to the release that it prepares', () => {
    expect(inRange('1.14.0-rc.1', { from: '1.14.0' })).toBe(true);
    expect(inRange('1.14.0-rc.1', { before: '1.14.0' })).toBe(false);
    expect(inRange('1.13.18', { from: '1.12.0', before: '1.14.0' })).toBe(true);
  });

  it.each(['1.11.9', '1.22.0', '2.0.0', '1.14', 'latest', '1.14.0-snapshot.2', ''])(
    '%j is refused',
    (text) => {
      expect(() => parseVersion(text)).toThrow(
        expect.objectContaining({ code: 'E_CILIUM_VERSION', exitCode: 2 }),
      );
    },
  );

  it.each([
    ['v1.14.3', '1.14.3'],
    ['1.12.0-rc1', '1.12.0-rc1'],
  ])('%j is %j', (text, version) => {
    expect(parseVersion(text)).toBe(version);
  });
});
