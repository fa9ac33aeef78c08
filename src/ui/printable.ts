/** Text of others on a terminal: what moves the cursor, changes colours or turns writing round is shown, not done. */

/** Control characters but tab, and those that reorder or break lines unseen. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for
const unprintable = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** One line of a message is not longer; terminals and logs choke on megabytes. */
const longest = 1000;

/** A line as it is safe to print, with escapes as JSON and C write them. */
export const printable = (text: string): string => text.replace(unprintable, escaped);

/** A text of several lines: each printable and of a length that people read. */
export const printableLines = (text: string): string =>
  text
    .split('\n')
    .map((line) => printable(clipped(line.replace(/\r$/, ''), longest)))
    .join('\n');

/** The beginning of a text, and how much of it is left out. */
export function clipped(text: string, length: number): string {
  const left = text.length - length;
  return left <= 0 ? text : `${text.slice(0, length)}... (${left} more characters)`;
}

function escaped(character: string): string {
  const code = character.charCodeAt(0).toString(16);
  return code.length > 2 ? `\\u${code}` : `\\x${code.padStart(2, '0')}`;
}
