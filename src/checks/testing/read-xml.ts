/** A strict reader of the XML that JUnit files use, for tests: anything not well-formed throws. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

interface Open {
  name: string;
  attributes: Record<string, string>;
  children: XmlElement[];
  text: string;
}

const token = /<\?[^?]*\?>|<\/([\w-]+)\s*>|<([\w-]+)((?:\s+[\w.-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/gy;

export function readXml(source: string): XmlElement {
  const root: Open = { name: '', attributes: {}, children: [], text: '' };
  const stack: Open[] = [root];
  let end = 0;
  for (const match of source.matchAll(token)) {
    end = match.index + match[0].length;
    const [, closed, opened, attributes = '', selfClosing, text] = match;
    const top = stack.at(-1);
    if (top === undefined) throw new Error(`more ends than starts at ${match.index}`);
    if (text !== undefined) top.text += decode(text);
    if (opened !== undefined) {
      const element: Open = { name: opened, attributes: readAttributes(attributes), children: [], text: '' };
      top.children.push(element);
      if (selfClosing === '') stack.push(element);
    }
    if (closed !== undefined && stack.pop()?.name !== closed)
      throw new Error(`</${closed}> ends another element`);
  }
  const [only, ...others] = root.children;
  if (end !== source.length) throw new Error(`not well-formed at ${end}: ${source.slice(end, end + 40)}`);
  if (stack.length !== 1 || only === undefined || others.length > 0) throw new Error('not exactly one root');
  return only;
}

function readAttributes(source: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [, name = '', value = ''] of source.matchAll(/([\w.-]+)="([^"]*)"/g)) {
    if (name in found) throw new Error(`attribute ${name} comes twice`);
    found[name] = decode(value);
  }
  return found;
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' };

function decode(text: string): string {
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x20 && !'\t\n\r'.includes(character)) throw new Error(`control character ${code}`);
  }
  return text.replace(/&(?:#(\d+)|(\w+));|&/g, (whole, number?: string, name?: string) => {
    if (number !== undefined) return String.fromCodePoint(Number(number));
    const value = name === undefined ? undefined : entities[name];
    if (value === undefined) throw new Error(`unknown entity ${whole}`);
    return value;
  });
}
