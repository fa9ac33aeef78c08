import { usageError } from '../core/errors.ts';
import { nearestWord } from '../core/nearest-word.ts';
import { textOption } from './shared.ts';

/** An option that takes one of a few words. */
export function wordOption<W extends string>(
  options: Readonly<Record<string, unknown>>,
  name: string,
  allowed: readonly W[],
): W | undefined {
  const text = textOption(options, name);
  const found = allowed.find((word) => word === text);
  if (text === undefined || found !== undefined) return found;
  const near = nearestWord(text, allowed);
  throw usageError('E_USAGE', `--${name} ${text}: there is none`, {
    fix: `${near === undefined ? '' : `did you mean ${near}? `}one of ${allowed.join(', ')}`,
  });
}
