/**
 * One spelling per rule. `iptables-save` prints a rule otherwise than it was written (`--or-mark 0x4000` comes
 * back as `--set-xmark 0x4000/0x4000`, an address gets its `/32`); comparing needs one form of both.
 */
export function canonicalRule(rule: string): string {
  const { general, extensions } = parseRule(tokens(rule));
  const parts = [...general.entries()]
    .sort(([a], [b]) => generalOrder.indexOf(a) - generalOrder.indexOf(b))
    .map(([flag, option]) => print(flag, option));
  for (const extension of extensions) parts.push(printExtension(extension));
  return parts.join(' ');
}

/** The target of a rule, or undefined for a rule that only counts. */
export const targetOf = (rule: string): string | undefined => /(?:^| )-j (\S+)/.exec(rule)?.[1];

/** The comment of a rule, without quotes. */
export const commentOf = (rule: string): string | undefined =>
  /--comment (?:"((?:[^"\\]|\\.)*)"|(\S+))/
    .exec(rule)
    ?.slice(1)
    .find((text) => text !== undefined);

interface Option {
  readonly negated: boolean;
  readonly values: readonly string[];
}
interface Extension {
  readonly flag: '-m' | '-j';
  readonly name: string;
  readonly options: Map<string, Option>;
}
interface Rule {
  readonly general: Map<string, Option>;
  readonly extensions: readonly Extension[];
}

const generalOrder = ['-s', '-d', '-i', '-o', '-p'];

/** Splits as a shell would, with double quotes and backslashes only. */
function tokens(rule: string): string[] {
  return [...rule.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, bare = '']) =>
    quoted === undefined ? bare : quoted.replace(/\\(.)/g, '$1'),
  );
}

function parseRule(words: readonly string[]): Rule {
  const general = new Map<string, Option>();
  const matches: Extension[] = [];
  let target: Extension | undefined;
  let owner: Extension | undefined;
  for (let at = 0; at < words.length; ) {
    const negated = words[at] === '!';
    const flag = words[negated ? ++at : at] ?? '';
    const start = ++at;
    // The text of a comment may look like a flag.
    if (flag === '--comment') at = start + 1;
    else while (at < words.length && !/^(?:-{1,2}[a-z]|!$)/.test(words[at] ?? '')) at++;
    const values = words.slice(start, at);
    if (flag === '-m' || flag === '-j') {
      owner = { flag, name: values[0] ?? '', options: new Map() };
      if (flag === '-m') matches.push(owner);
      else target = owner;
    } else if (generalOrder.includes(flag)) {
      general.set(flag, { negated, values });
    } else if (owner === undefined) {
      throw new Error(`iptables rule: option ${flag} belongs to no match`);
    } else {
      owner.options.set(flag, { negated, values });
    }
  }
  return { general, extensions: target === undefined ? matches : [...matches, target] };
}

function printExtension({ flag, name, options }: Extension): string {
  const printed = [...withDefaults(name, options)]
    .map(([option, given]) => print(...spelling(name, option, given)))
    .sort();
  return [`${flag} ${name}`, ...printed].join(' ');
}

function print(flag: string, { negated, values }: Option): string {
  const isAddress = flag === '-s' || flag === '-d';
  const shown = values.map((value) => {
    if (flag === '--comment') return JSON.stringify(value);
    return isAddress && !value.includes('/') ? `${value}/32` : value;
  });
  return [...(negated ? ['!'] : []), flag, ...shown].join(' ');
}

/** What iptables adds to a rule that does not say it. */
function withDefaults(name: string, options: ReadonlyMap<string, Option>): Map<string, Option> {
  const defaults: Readonly<Record<string, readonly (readonly [string, ...string[]])[]>> = {
    recent: [['--mask', '255.255.255.255'], ['--rsource']],
    REJECT: [['--reject-with', 'icmp-port-unreachable']],
  };
  const all = new Map(options);
  for (const [option, ...values] of defaults[name] ?? []) {
    if (!all.has(option)) all.set(option, { negated: false, values });
  }
  return all;
}

function spelling(name: string, option: string, given: Option): [string, Option] {
  const [value = ''] = given.values;
  const as = (flag: string, text: string): [string, Option] => [flag, { ...given, values: [text] }];
  if (option === '--or-mark') return as('--set-xmark', `${hex(value)}/${hex(value)}`);
  if (option === '--xor-mark') return as('--set-xmark', `${hex(value)}/0x0`);
  if (option === '--mark' || option === '--set-xmark') return as(option, value.split('/').map(hex).join('/'));
  if (option === '--ctstate') return as(option, value.split(',').sort().join(','));
  // The kernel holds a probability as a fraction of 2^31.
  if (name === 'statistic' && option === '--probability') {
    return as(option, (Math.round(Number(value) * 2 ** 31) / 2 ** 31).toFixed(11));
  }
  return [option, given];
}

const hex = (text: string): string => `0x${Number(text).toString(16)}`;
