import type { Import, Source } from './scan.ts';

export interface Violation {
  readonly rule: string;
  readonly path: string;
  readonly what: string;
}

/** What each place may import of ours, besides itself. `types`: only where nothing of it remains in the bundle. */
export interface ImportRow {
  readonly place: string;
  readonly may: readonly string[];
  readonly types?: readonly string[];
}

export const importTable: readonly ImportRow[] = [
  { place: 'src/core/', may: ['package.json'] },
  { place: 'src/datapath/', may: ['src/core/'] },
  { place: 'src/bpf-sys/', may: ['src/core/'] },
  { place: 'profiles/', may: ['src/profile/profile.ts', 'src/core/'] },
  { place: 'src/profile/', may: ['profiles/', 'src/core/'] },
  { place: 'src/cilium/', may: ['src/profile/', 'profiles/', 'src/core/'] },
  { place: 'src/platform/', may: ['src/core/'] },
  { place: 'src/agent/', may: ['src/datapath/', 'src/bpf-sys/', 'src/platform/', 'src/core/'] },
  { place: 'src/operator/', may: ['src/platform/', 'src/core/'] },
  { place: 'src/controller/', may: ['src/platform/', 'src/core/'] },
  { place: 'src/demo/', may: ['src/core/'] },
  { place: 'src/runtime/', may: ['src/platform/', 'src/core/'], types: ['src/datapath/'] },
  {
    place: 'src/lab/',
    may: ['src/cilium/', 'src/profile/', 'profiles/', 'src/runtime/', 'src/platform/', 'src/core/'],
  },
  {
    place: 'src/checks/',
    may: ['src/cilium/', 'src/profile/', 'profiles/', 'src/core/'],
    types: ['src/runtime/port.ts', 'src/datapath/'],
  },
  { place: 'src/ui/', may: ['src/core/'], types: ['src/commands/'] },
  {
    place: 'src/commands/',
    may: ['src/lab/', 'src/checks/', 'src/cilium/', 'src/profile/', 'profiles/', 'src/core/'],
    types: ['src/ui/', 'src/runtime/'],
  },
  { place: 'src/', may: ['src/commands/', 'src/ui/', 'src/platform/', 'src/core/'] },
];

/** Packages and Node modules that have one home, so that what they do stays in one room. */
export const packageTable: readonly { readonly name: string; readonly homes: readonly string[] }[] = [
  { name: 'koffi', homes: ['src/bpf-sys/'] },
  { name: 'execa', homes: ['src/platform/exec.ts'] },
  { name: 'chalk', homes: ['src/ui/'] },
  { name: 'listr2', homes: ['src/ui/'] },
  { name: 'commander', homes: ['src/program.ts', 'src/environment.ts'] },
  { name: '@kubernetes/client-node', homes: ['src/platform/'] },
  { name: 'zx', homes: [] },
  { name: 'esbuild', homes: [] },
  { name: 'vitest', homes: [] },
  { name: 'node:child_process', homes: ['src/platform/', 'src/checks/client/'] },
];

/** Files that are a process of their own and may end it. */
const entries = [
  'src/cli.ts',
  'src/agent/main.ts',
  'src/operator/main.ts',
  'src/controller/main.ts',
  'src/demo/server.ts',
  'src/checks/client/main.ts',
];
const longest = 400;

interface TextRule {
  readonly rule: string;
  readonly breaks: (source: Source) => readonly string[];
}

/** Rules about a file's text. */
export const textRules: readonly TextRule[] = [
  {
    rule: 'length',
    breaks: ({ text }) => {
      const lines = text.split('\n').length - 1;
      return lines > longest ? [`${lines} lines, at most ${longest}`] : [];
    },
  },
  { rule: 'default-export', breaks: ({ text }) => text.match(/^export default\b.*/gm) ?? [] },
  {
    rule: 'process-exit',
    breaks: ({ path, text }) => (entries.includes(path) ? [] : (text.match(/\bprocess\.exit\(.*/g) ?? [])),
  },
  { rule: 'console', breaks: ({ text }) => text.match(/\bconsole\.\w+\(.*/g) ?? [] },
  {
    rule: 'extension',
    breaks: ({ imports }) =>
      imports
        .filter((each) => each.isOurs && !/\.(ts|json)$/.test(each.specifier))
        .map((each) => each.specifier),
  },
  // core/make-directory.ts ends where Node's own recursion does not.
  {
    rule: 'recursive-mkdir',
    breaks: ({ text }) => text.match(/\bmkdir(Sync)?\([^;]*recursive: true/g) ?? [],
  },
  { rule: 'empty-catch', breaks: ({ text }) => text.match(/catch\s*(\([^)]*\))?\s*\{\s*\}/g) ?? [] },
];

/** Every rule that a file of the program breaks. Tests beside sources may import anything. */
export function violations(source: Source): Violation[] {
  const { path } = source;
  if (path.endsWith('.test.ts')) return [];
  const say = (rule: string, what: string): Violation => ({ rule, path, what });
  return [
    ...foreignImports(source).map((each) => say(`imports:${rowOf(path)?.place}`, each.target)),
    ...homelessPackages(source).map((each) => say(`package:${each.target}`, each.target)),
    ...textRules.flatMap(({ rule, breaks }) => breaks(source).map((what) => say(`text:${rule}`, what))),
  ];
}

/** The ids of all rules, each of which has a fixture that it refuses. */
export const ruleIds: readonly string[] = [
  ...importTable.map((row) => `imports:${row.place}`),
  ...packageTable.map((row) => `package:${row.name}`),
  ...textRules.map((row) => `text:${row.rule}`),
];

const rowOf = (path: string): ImportRow | undefined => importTable.find((row) => path.startsWith(row.place));

function foreignImports({ path, imports }: Source): readonly Import[] {
  const row = rowOf(path);
  if (row === undefined) return [];
  return imports.filter((each) => {
    const isIn = (places: readonly string[]): boolean =>
      places.some((place) => each.target.startsWith(place));
    const isOwn = row.place === 'src/' ? !each.target.slice('src/'.length).includes('/') : isIn([row.place]);
    return each.isOurs && !isOwn && !isIn(row.may) && !(each.isType && isIn(row.types ?? []));
  });
}

const homelessPackages = ({ path, imports }: Source): readonly Import[] =>
  imports.filter((each) => {
    const row = packageTable.find(({ name }) => name === each.target);
    return row !== undefined && !row.homes.some((home) => path.startsWith(home));
  });
