import { describe, expect, it } from 'vitest';
import { isCidr4 } from '../core/ip.ts';
import { isLabName } from '../core/lab-name.ts';
import { cidr, labName } from './texts.ts';

/** The schema's patterns say the same as the program's own tests of these texts. */

const fits = ({ pattern, maxLength = 1000, without = '(?!)' }: typeof labName, text: string): boolean =>
  new RegExp(pattern).test(text) && text.length <= maxLength && !new RegExp(without).test(text);

describe('labName', () => {
  it.each(['lab', 'a', 'a-b', '9', 'a'.repeat(32), 'pod', 'my-podium', 'apod-x'])('accepts %s', (name) => {
    expect(fits(labName, name)).toBe(true);
    expect(isLabName(name)).toBe(true);
  });
  it.each(['', '-a', 'a-', 'A', 'a_b', 'a.b', 'a'.repeat(33), 'a-pod-b', 'a-pod', 'a\n'])(
    'refuses %j',
    (name) => {
      expect(fits(labName, name)).toBe(false);
      expect(isLabName(name)).toBe(false);
    },
  );
});

describe('cidr', () => {
  it.each(['10.0.0.0/8', '0.0.0.0/0', '255.255.255.255/32', '172.16.0.0/12'])('accepts %s', (text) => {
    expect(fits(cidr, text)).toBe(true);
    expect(isCidr4(text)).toBe(true);
  });
  it.each(['10.0.0.0', '10.0.0.0/33', '256.0.0.0/8', '010.0.0.0/8', '10.0.0/8', '10.0.0.0/08', 'a/8', ''])(
    'refuses %s',
    (text) => {
      expect(fits(cidr, text)).toBe(false);
      expect(isCidr4(text)).toBe(false);
    },
  );
});
