import type { Log } from '../core/log.ts';
import type { Style } from './style.ts';

/** Messages for people on stderr: `debug` with --verbose only, `info` not with --quiet. */
export function createTerminalLog(
  write: (line: string) => void,
  options: { readonly style: Style; readonly quiet: boolean; readonly verbose: boolean },
): Log {
  const { style, quiet, verbose } = options;
  const say = (prefix: string, message: string, fields: Readonly<Record<string, unknown>> = {}): void => {
    const rest = Object.entries(fields).map(([name, value]) => ` ${name}=${JSON.stringify(value)}`);
    write(`${prefix}${message}${style.dim(rest.join(''))}\n`);
  };
  return {
    debug: (message, fields) => verbose && say(style.dim('debug '), message, fields),
    info: (message, fields) => !quiet && say('', message, fields),
    warn: (message, fields) => say(style.warn('warning '), message, fields),
    error: (message, fields) => say(style.bad('error '), message, fields),
  };
}
