import { describe, expect, it } from 'vitest';
import type { Check } from '../check.ts';
import { glob, select } from './select.ts';

const check = (id: string, rest: Partial<Check> = {}): Check => ({
  id,
  kind: 'claim',
  sentence: id,
  profiles: ['ebpf'],
  needs: [],
  run: async () => [],
  ...rest,
});
const checks = [
  check('conn.world.tcp.small', { quick: true }),
  check('conn.world.tcp.mtu'),
  check('claim.nat.entry'),
  check('claim.kube-proxy.chains', { profiles: ['kube-proxy'] }),
];
const ids = (selection: Parameters<typeof select>[2]): string[] =>
  select(checks, { profile: 'ebpf', runtime: 'netns' }, selection).map(({ id }) => id);

describe('select', () => {
  it('leaves out checks of other profiles', () => {
    expect(ids({})).toEqual(['conn.world.tcp.small', 'conn.world.tcp.mtu', 'claim.nat.entry']);
  });
  it('takes what --only matches and --skip does not', () => {
    expect(ids({ only: ['conn.*'], skip: ['*.mtu'] })).toEqual(['conn.world.tcp.small']);
  });
  it('takes the short list, unless checks are named', () => {
    expect(ids({ quick: true })).toEqual(['conn.world.tcp.small']);
    expect(ids({ quick: true, only: ['claim.*'] })).toEqual(['claim.nat.entry']);
  });
  it.each([
    [{ only: ['conn.wrold.*'] }, "no check of profile ebpf matches 'conn.wrold.*'"],
    [{ only: ['claim.nat.entry', 'x'] }, "no check of profile ebpf matches 'x'"],
    [{ skip: ['y'] }, "no check of profile ebpf matches 'y'"],
    [{ only: ['claim.kube-proxy.*'] }, "no check of profile ebpf matches 'claim.kube-proxy.*'"],
    [{ skip: ['*'] }, '--only and --skip leave no check to run'],
  ])('refuses %j as wrong usage', (selection, message) => {
    expect(() => ids(selection)).toThrow(
      expect.objectContaining({ message, exitCode: 2, code: 'E_NO_CHECK' }),
    );
  });
});

describe('glob', () => {
  it.each([
    ['*', 'claim.nat.entry', true],
    ['claim.*', 'claim.nat.entry', true],
    ['claim.nat', 'claim.nat.entry', false],
    ['c.aim*', 'claim.nat.entry', false],
    ['*.tcp.*', 'conn.world.tcp.mtu', true],
    ['conn.pod.(a|b)', 'conn.pod.a', false],
  ])('%s on %s is %s', (pattern, id, expected) => {
    expect(glob(pattern).matches(id)).toBe(expected);
  });
});
