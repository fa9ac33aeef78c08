import { afterAll, beforeAll, beforeEach } from 'vitest';
import { type Bench, type BenchNode, benchNode, openBench } from './bench.ts';
import { builtDatapath, type Variables } from './datapath.ts';

/** Opens a bench for a test group; tables are emptied before each test. */
export function withBench(values: Variables): { readonly bench: () => Bench } {
  let node: BenchNode | undefined;
  let bench: Bench | undefined;
  const open = (): Bench => {
    if (bench === undefined) throw new Error('the bench is opened by beforeAll');
    return bench;
  };
  beforeAll(async () => {
    const built = await builtDatapath();
    node = benchNode();
    bench = openBench(built, node, values);
  });
  beforeEach(() => open().reset());
  afterAll(() => {
    bench?.close();
    node?.remove();
  });
  return { bench: open };
}
