import { describe, expect, it } from 'vitest';
import { changesText, programChanges } from './program-changes.ts';

const program = (name: string, id: number, tag: string, ours = true) => ({ name, id, tag, ours });

describe('programs across a reload', () => {
  it('are compared by name, each once, foreign ones left out', () => {
    const before = [
      program('from', 1, 'aa'),
      program('from', 1, 'aa'),
      program('to', 2, 'bb'),
      program('theirs', 9, 'ff', false),
    ];
    const after = [program('from', 3, 'aa'), program('to', 4, 'cc'), program('new', 5, 'dd')];
    expect(programChanges(before, after)).toEqual([
      { name: 'from', from: { id: 1, tag: 'aa' }, to: { id: 3, tag: 'aa' } },
      { name: 'new', to: { id: 5, tag: 'dd' } },
      { name: 'to', from: { id: 2, tag: 'bb' }, to: { id: 4, tag: 'cc' } },
    ]);
  });

  it('are told of where their code is another', () => {
    const changes = programChanges(
      [program('from', 1, 'aa'), program('to', 2, 'bb')],
      [program('from', 3, 'aa'), program('to', 4, 'cc')],
    );
    expect(changesText(changes)).toBe('to bb -> cc');
    expect(changesText(changes.slice(0, 1))).toBe('none of 1');
  });

  it('are counted where they are many', () => {
    const names = ['a', 'b', 'c', 'd'];
    const changes = programChanges(
      names.map((name, i) => program(name, i, 'aa')),
      names.map((name, i) => program(name, i, 'bb')),
    );
    expect(changesText(changes)).toBe('4 of 4');
  });
});
