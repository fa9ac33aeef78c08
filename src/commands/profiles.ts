import { profiles as all, findProfile, profileWords } from '../../profiles/index.ts';
import { notFound } from '../core/errors.ts';
import { nearestWord } from '../core/nearest-word.ts';
import type { Profile } from '../profile/profile.ts';
import { differences, switchesOf } from '../profile/switches.ts';
import type { CommandDefinition } from './command.ts';
import { wordArg } from './shared.ts';

const list: CommandDefinition = {
  name: 'list',
  summary: 'the profiles, from all kernel to all eBPF',
  examples: ['labctl profiles list', 'labctl profiles list -o json'],
  run: async () => ({
    data: all.map(({ name, aliases, title, summary }) => ({ name, aliases, title, summary })),
    names: all.map(({ name }) => name),
    table: {
      head: ['NAME', 'ALIASES', 'SUMMARY'],
      rows: all.map(({ name, aliases, summary }) => [name, aliases.join(', '), summary]),
    },
  }),
};

const show: CommandDefinition = {
  name: 'show',
  summary: 'every switch of a profile',
  arguments: [{ name: '<profile>', summary: 'name or alias' }],
  examples: ['labctl profiles show ebpf', 'labctl profiles show kpr -o yaml'],
  run: async (_context, args) => {
    const profile = named(wordArg(args, 0));
    const about = { name: profile.name, aliases: profile.aliases.join(', '), title: profile.title };
    const rows = Object.entries({ ...about, ...switchesOf(profile) });
    return { data: profile, table: { head: ['SWITCH', 'VALUE'], rows } };
  },
};

const diff: CommandDefinition = {
  name: 'diff',
  summary: 'the switches in which two profiles differ',
  arguments: [
    { name: '<left>', summary: 'name or alias' },
    { name: '<right>', summary: 'name or alias' },
  ],
  examples: ['labctl profiles diff kpr ebpf', 'labctl profiles diff kube-proxy kpr -o json'],
  run: async (_context, args) => {
    const [left, right] = [named(wordArg(args, 0)), named(wordArg(args, 1))];
    const rows = differences(left, right);
    return {
      data: { left: left.name, right: right.name, differences: rows },
      table: {
        head: ['SWITCH', left.name, right.name],
        rows: rows.map((row) => [row.name, row.left, row.right]),
      },
    };
  },
};

export const profiles: CommandDefinition = {
  name: 'profiles',
  summary: 'list, show and compare the ways to install the datapath',
  examples: ['labctl profiles list', 'labctl profiles diff kube-proxy ebpf'],
  subcommands: [list, show, diff],
};

function named(word = ''): Profile {
  const profile = findProfile(word);
  if (profile !== undefined) return profile;
  const near = nearestWord(word, profileWords);
  throw notFound('E_NO_PROFILE', `no profile ${JSON.stringify(word)}`, {
    fix: `${near === undefined ? '' : `did you mean ${near}? `}labctl profiles list shows them all`,
  });
}
