import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { currentContract, generatedDirectory } from '../../scripts/bpf-gen.ts';
import { generate } from '../../src/datapath/generate.ts';

test('the committed codecs are those of the objects that clang makes now (else: npm run gen)', async () => {
  const files = generate(await currentContract());
  expect(readdirSync(generatedDirectory).sort()).toEqual([...files.keys()].sort());
  for (const [file, text] of files) {
    expect(readFileSync(join(generatedDirectory, file), 'utf8'), file).toBe(text);
  }
});
