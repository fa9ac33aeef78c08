/** The part of vitest's JSON report that is judged. */
export interface SuiteResult {
  readonly name: string;
  /** False also where a file could not be loaded, which no test shows. */
  readonly success: boolean;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: 'passed' | 'failed' | 'pending' | 'skipped' | 'todo' | 'disabled';
      readonly failureMessages?: readonly string[];
    }[];
  }[];
}

/** One row of test/skips.json. */
export interface ExpectedSkip {
  readonly file: string;
  /** Without it every test of the file. */
  readonly test?: string;
  readonly reason: string;
  /** The row holds only on machines that lack one of these commands. */
  readonly missing?: readonly string[];
  /** The row holds only where one of these environment variables is not set. */
  readonly unset?: readonly string[];
}

export interface Verdict {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly ok: boolean;
  /** What is to be said before the sum. */
  readonly lines: readonly string[];
}

/** Sums suites up and holds their skips against the expected ones, both ways. */
export function judge(
  suites: readonly SuiteResult[],
  expected: readonly ExpectedSkip[],
  shorten: (file: string) => string = (file) => file,
): Verdict {
  const files = suites.flatMap((suite) => suite.testResults);
  const tests = files.flatMap((file) =>
    file.assertionResults.map((test) => ({
      file: shorten(file.name),
      name: test.fullName,
      status: test.status,
      why: (test.failureMessages ?? []).map(reasonOf).join('; '),
    })),
  );
  const skipped = tests.filter((test) => !['passed', 'failed'].includes(test.status));
  const broken = files.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
  const red = tests.filter((test) => test.status === 'failed');
  const failed = red.length + broken.length;
  const covers = (row: ExpectedSkip, test: { file: string; name: string }): boolean =>
    row.file === test.file && (row.test === undefined || row.test === test.name);
  const isExpected = (test: { file: string; name: string }): boolean =>
    expected.some((row) => covers(row, test));
  const surprises = [
    ...broken.map((file) => `could not run: ${shorten(file.name)}: ${file.message ?? ''}`),
    ...skipped
      .filter((test) => !isExpected(test))
      .map((test) => `unexpected skip: ${test.file}: ${test.name}`),
    ...expected
      .filter((row) => !skipped.some((test) => covers(row, test)))
      .map((row) => `expected skip did not happen: ${what(row)}`),
    ...suites
      .filter((suite) => !suite.success && suite.testResults.every((file) => file.status === 'passed'))
      .map((suite) => `suite ${suite.name} failed outside its tests`),
  ];
  const known = expected.map((row) => `skipped: ${what(row)}: ${row.reason}`);
  return {
    passed: tests.filter((test) => test.status === 'passed').length,
    failed,
    skipped: skipped.length,
    ok: failed === 0 && surprises.length === 0,
    lines: [...known, ...surprises, ...red.map((test) => `failed: ${test.file}: ${test.name}: ${test.why}`)],
  };
}

const reasonLimit = 500;

/** What a failure says, without the places in the sources that follow it. */
const reasonOf = (message: string): string =>
  message
    .split(/\n\s+at /)[0]
    ?.trim()
    .slice(0, reasonLimit) ?? '';

const what = ({ file, test }: ExpectedSkip): string => (test === undefined ? file : `${file}: ${test}`);
