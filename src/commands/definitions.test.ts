import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Invocation, runProgram } from '../program.ts';
import type { CommandDefinition } from './command.ts';
import { definitions } from './index.ts';

const leaves = (definition: CommandDefinition): CommandDefinition[] => [
  ...(definition.run === undefined ? [] : [definition]),
  ...(definition.subcommands ?? []).flatMap(leaves),
];
const commands = definitions.flatMap(leaves);

async function perform(
  argv: readonly string[],
): Promise<{ invocation: Invocation | undefined; out: string }> {
  const result: { invocation: Invocation | undefined; out: string } = { invocation: undefined, out: '' };
  await runProgram(definitions, argv, {
    version: '0',
    env: {},
    columns: 80,
    writeOut: (text) => {
      result.out += text;
    },
    perform: async (invocation) => {
      result.invocation = invocation;
    },
  });
  return result;
}

describe('every command', () => {
  it.each(commands)('$name: has two examples or more, and the program understands them', async (command) => {
    expect(command.examples.length).toBeGreaterThanOrEqual(2);
    for (const example of command.examples) {
      const line = /labctl ([^|<>)]*)/.exec(example)?.[1] ?? '';
      const argv = (line.match(/'[^']*'|\S+/g) ?? []).map((word) => word.replaceAll("'", ''));
      expect((await perform(argv)).invocation?.definition.name, example).toBe(command.name);
    }
  });

  it.each(definitions)('$name: has help that fits 80 columns', async ({ name }) => {
    const { out } = await perform([name, '--help']);
    expect(out).toContain('Usage: labctl');
    for (const line of out.split('\n')) expect(line.length, line).toBeLessThanOrEqual(100);
    for (const line of out.split('\nExamples:')[0]?.split('\n') ?? []) {
      expect(line.length, line).toBeLessThanOrEqual(80);
    }
  });

  it('is at most 80 lines', () => {
    const folder = import.meta.dirname;
    const long = readdirSync(folder)
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && name !== 'command.ts')
      .filter((name) => readFileSync(join(folder, name), 'utf8').split('\n').length - 1 > 80);
    expect(long).toEqual([]);
  });
});
