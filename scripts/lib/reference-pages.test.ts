import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { inShell, inTypeScript } from './errors-in-sources.ts';
import { referencePages } from './reference-pages.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

describe('docs/reference', () => {
  it.each(Object.entries(referencePages(root)))('%s is what the sources say (npm run docs)', (path, text) => {
    expect(readFileSync(join(root, path), 'utf8')).toBe(text);
  });
});

describe('errors in sources', () => {
  it('are found with their sentence and fix', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the source of a template.
    const text = "throw notFound('E_NO_X', `no ${x} here`, { fix: near ? `try ${near}` : 'labctl list' });";
    expect(inTypeScript(text)).toEqual([
      { code: 'E_NO_X', exitCode: 4, message: 'no … here', fix: 'try …, or: labctl list' },
    ]);
  });

  it('are found in shell scripts', () => {
    expect(inShell('unfit E_Y "lacks $what" \\\n\t"$(install "$what")"')).toEqual([
      { code: 'E_Y', exitCode: 6, message: 'lacks …', fix: '…' },
    ]);
  });
});
