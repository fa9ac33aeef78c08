/**
 * Reads vitest's JSON results of all suites and ends with one line: `N passed, N failed, N skipped`.
 * Fails on a failed test, on a skip that test/skips.json does not expect, and on an expected skip
 * that no longer happens.
 */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, delimiter, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ExpectedSkip, judge, type SuiteResult } from './lib/test-results.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [directory = join(root, 'artifacts/test')] = process.argv.slice(2);

const files = (await readdir(directory)).filter((name) => name.endsWith('.json')).sort();
const suites = await Promise.all(
  files.map(async (name): Promise<SuiteResult> => {
    const parsed = JSON.parse(await readFile(join(directory, name), 'utf8')) as Omit<SuiteResult, 'name'>;
    return { ...parsed, name: basename(name, '.json') };
  }),
);
const rows: readonly ExpectedSkip[] = JSON.parse(await readFile(join(root, 'test/skips.json'), 'utf8'));
const isInstalled = (command: string): boolean =>
  (process.env.PATH ?? '').split(delimiter).some((place) => existsSync(join(place, command)));
const isSet = (name: string): boolean => (process.env[name] ?? '') !== '';
const expected = rows.filter(
  ({ missing = [], unset = [] }) =>
    missing.length + unset.length === 0 || !missing.every(isInstalled) || !unset.every(isSet),
);
const verdict = judge(suites, expected, (file) => relative(root, file));
for (const line of verdict.lines) console.log(line);
console.log(`${verdict.passed} passed, ${verdict.failed} failed, ${verdict.skipped} skipped`);
process.exitCode = verdict.ok ? 0 : 1;
