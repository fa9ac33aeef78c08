import { expect, test } from 'vitest';
import { planRemoval, planRestore } from './plan.ts';
import { append, emptyRuleSet, type RuleSet } from './rule-set.ts';
import { parseSave } from './save.ts';

const owns = (chain: string): boolean => chain.startsWith('MY-');

function wanted(...rules: readonly string[]): RuleSet {
  const set = emptyRuleSet();
  for (const rule of rules) append(set.nat, 'MY-A', rule);
  set.nat.jumps.push({ from: 'OUTPUT', rule: '-j MY-A', place: 'first' });
  return set;
}

test('into nothing: chain, rules and jump', () => {
  expect(planRestore(wanted('-d 10.0.0.1 -j ACCEPT'), new Map(), owns)).toBe(
    '*nat\n:MY-A - [0:0]\n-A MY-A -d 10.0.0.1 -j ACCEPT\n-I OUTPUT 1 -j MY-A\nCOMMIT\n',
  );
});

test('what stands already is left alone, in whatever spelling', () => {
  const live =
    '*nat\n:OUTPUT ACCEPT [1:2]\n:MY-A - [0:0]\n[3:4] -A OUTPUT -j MY-A\n-A MY-A -d 10.0.0.1/32 -j ACCEPT\nCOMMIT\n';
  expect(planRestore(wanted('-d 10.0.0.1 -j ACCEPT'), parseSave(live), owns)).toBe('');
});

test('a chain that differs is flushed and written; a stale one goes after nothing leads to it', () => {
  const live =
    '*nat\n:OUTPUT ACCEPT\n:MY-A -\n:MY-B -\n:THEIRS -\n-A OUTPUT -j MY-A\n-A MY-A -j MY-B\nCOMMIT\n';
  expect(planRestore(wanted('-j ACCEPT'), parseSave(live), owns)).toBe(
    '*nat\n:MY-A - [0:0]\n:MY-B - [0:0]\n-A MY-A -j ACCEPT\n-X MY-B\nCOMMIT\n',
  );
});

test('a chain without rules is made once', () => {
  const set = emptyRuleSet();
  set.mangle.chains.set('MY-CANARY', []);
  expect(planRestore(set, new Map(), owns)).toBe('*mangle\n:MY-CANARY - [0:0]\nCOMMIT\n');
  expect(planRestore(set, parseSave('*mangle\n:MY-CANARY - [0:0]\nCOMMIT\n'), owns)).toBe('');
});

test('removal takes jumps from foreign chains, then the chains; foreign rules stay', () => {
  const live =
    '*nat\n:OUTPUT ACCEPT\n:THEIRS -\n:MY-A -\n:MY-B -\n-A OUTPUT -j MY-A\n-A OUTPUT -j THEIRS\n-A MY-A -j MY-B\nCOMMIT\n';
  expect(planRemoval(parseSave(live), owns)).toBe(
    '*nat\n:MY-A - [0:0]\n:MY-B - [0:0]\n-D OUTPUT -j MY-A\n-X MY-A\n-X MY-B\nCOMMIT\n',
  );
  expect(planRemoval(new Map(), owns)).toBe('');
});

test('a line that cannot be read is an error', () => {
  expect(() => parseSave('*nat\n-R OUTPUT 1 -j X\n')).toThrow('cannot read');
  expect(() => parseSave('-A OUTPUT -j X\n')).toThrow('outside of a table');
});
