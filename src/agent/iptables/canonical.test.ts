import { expect, test } from 'vitest';
import { canonicalRule, commentOf, targetOf } from './canonical.ts';

test.each([
  ['an address gets its prefix', '-s 10.0.0.1 -j ACCEPT', '-s 10.0.0.1/32 -j ACCEPT'],
  [
    'options stand in one order',
    '-m tcp -p tcp -d 10.0.0.1/32 --dport 80 -j X',
    '-d 10.0.0.1/32 -p tcp -m tcp --dport 80 -j X',
  ],
  ['a word that needs no quotes', '-m comment --comment "a" -j X', '-m comment --comment a -j X'],
  ['--or-mark', '-j MARK --or-mark 0x00004000', '-j MARK --set-xmark 0x4000/0x4000'],
  ['--xor-mark', '-j MARK --xor-mark 0x00004000', '-j MARK --set-xmark 0x4000/0x0'],
  [
    'a mark in hex',
    '-m mark ! --mark 0x00004000/0x00004000 -j RETURN',
    '-m mark ! --mark 0x4000/0x4000 -j RETURN',
  ],
  [
    'states in any order',
    '-m conntrack --ctstate NEW,INVALID -j X',
    '-m conntrack --ctstate INVALID,NEW -j X',
  ],
  ['what REJECT says', '-j REJECT', '-j REJECT --reject-with icmp-port-unreachable'],
  [
    'what recent adds',
    '-m recent --name A --set -j X',
    '-m recent --set --name A --mask 255.255.255.255 --rsource -j X',
  ],
  [
    'a third as the kernel holds it',
    '-m statistic --mode random --probability 0.3333333333 -j X',
    '-m statistic --mode random --probability 0.33333333349 -j X',
  ],
  ['two spaces', '-m nfacct --nfacct-name  A -j DROP', '-m nfacct --nfacct-name A -j DROP'],
])('%s', (_, written, saved) => {
  expect(canonicalRule(written)).toBe(canonicalRule(saved));
});

test.each([
  ['a negation', '! -s 10.0.0.0/8 -j X', '-s 10.0.0.0/8 -j X'],
  ['a negated option', '-m conntrack ! --ctstate NEW -j X', '-m conntrack --ctstate NEW -j X'],
  [
    'the order of matches',
    '-m mark --mark 0x1 -m comment --comment a',
    '-m comment --comment a -m mark --mark 0x1',
  ],
  ['a target', '-j X', '-j Y'],
  ['an option of the target', '-j MASQUERADE --random-fully', '-j MASQUERADE'],
  [
    'a probability',
    '-m statistic --mode random --probability 0.5 -j X',
    '-m statistic --mode random --probability 0.50000001 -j X',
  ],
  [
    'a comment that looks like options',
    '-m comment --comment "-j Y" -j X',
    '-m comment --comment "! -j Y" -j X',
  ],
])('%s makes another rule', (_, one, other) => {
  expect(canonicalRule(one)).not.toBe(canonicalRule(other));
});

test('an option that belongs to nothing is refused', () => {
  expect(() => canonicalRule('--dport 80 -j X')).toThrow('--dport');
});

test('comment and target', () => {
  const rule = '-m comment --comment "a \\"b\\" -> c" -j KUBE-SVC-X';
  expect(commentOf(rule)).toBe('a \\"b\\" -> c');
  expect(commentOf('-m comment --comment a/b:c -j X')).toBe('a/b:c');
  expect(targetOf(rule)).toBe('KUBE-SVC-X');
  expect(targetOf('-m comment --comment only')).toBeUndefined();
});
