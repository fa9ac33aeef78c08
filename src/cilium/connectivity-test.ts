/** One test of `cilium connectivity test`. */
export interface CliCase {
  readonly name: string;
  /** `error`: what it found cannot be told. */
  readonly status: 'passed' | 'failed' | 'skipped' | 'error';
  readonly seconds: number;
  readonly reason: string;
}

/**
 * Reads what `--junit-file` wrote: one case for each test, as cilium-cli names them. Where all of them passed and the
 * run did not, that is a case of its own.
 */
export function readJUnit(xml: string, exitCode: number): readonly CliCase[] {
  const read = casesIn(xml);
  if (exitCode === 0 || read.some(({ status }) => status === 'failed' || status === 'error')) return read;
  return [...read, unfinished(`it ended with exit code ${exitCode}, and no test says why`)];
}

/** The run as one case that proves nothing. */
export const unfinished = (reason: string): CliCase => ({ name: 'run', status: 'error', seconds: 0, reason });

function casesIn(xml: string): readonly CliCase[] {
  const cases = [...xml.matchAll(/<testcase\b([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g)];
  if (cases.length === 0) return [untold(xml)];
  return cases.map(([, attributes = '', body = '']) => {
    const [, result, own = '', text = ''] =
      /<(failure|error|skipped)\b([^>]*?)(?:\/>|>([\s\S]*?)<\/\1>)/.exec(body) ?? [];
    const reason = [attribute(own, 'message'), decoded(text).trim()].filter(Boolean).join(': ');
    return {
      name: attribute(attributes, 'name') || 'unnamed',
      status:
        result === undefined
          ? 'passed'
          : result === 'failure'
            ? 'failed'
            : result === 'error'
              ? 'error'
              : 'skipped',
      seconds: Number(attribute(attributes, 'time')) || 0,
      reason,
    };
  });
}

/** Reads the last lines of a version that writes no JUnit. Without a line that is known nothing has passed. */
export function readSummary(output: string, exitCode: number): readonly CliCase[] {
  const all = /All (\d+) tests .*successful.*/.exec(output);
  if (all !== null && exitCode === 0) {
    return [{ name: 'all', status: 'passed', seconds: 0, reason: all[0] }];
  }
  const report = /\d+\/\d+ tests failed[\s\S]*/.exec(output)?.[0] ?? '';
  const names = [...new Set([...report.matchAll(/Test \[([^\]]+)\]:/g)].map(([, name = '']) => name))];
  if (names.length === 0) return [untold(output)];
  return names.map((name) => ({ name, status: 'failed', seconds: 0, reason: report.split('\n')[0] ?? '' }));
}

const untold = (saw: string): CliCase =>
  unfinished(`could not be told: ${saw.trim().split('\n').slice(-3).join(' | ') || 'it printed nothing'}`);

const attribute = (text: string, name: string): string =>
  decoded(new RegExp(`\\b${name}="([^"]*)"`).exec(text)?.[1] ?? '');

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
const decoded = (text: string): string =>
  text.replaceAll(/&(?:#(\d+)|#x([0-9a-fA-F]+)|(\w+));/g, (whole, decimal, hexadecimal, name) => {
    if (name !== undefined) return entities[name] ?? whole;
    return String.fromCodePoint(Number.parseInt(decimal ?? hexadecimal, decimal === undefined ? 16 : 10));
  });
