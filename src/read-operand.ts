import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { usageError } from './core/errors.ts';

/** No lab file and no manifest is larger; /dev/zero is. */
const largest = 32 * 1024 * 1024;

/**
 * The text of a file operand, `-` for standard input. A pipe that nobody writes to is waited for until the
 * signal: only whoever started it can know how long.
 */
export async function readOperand(path: string, stdin: Readable, signal: AbortSignal): Promise<string> {
  signal.throwIfAborted();
  const stream = path === '-' ? stdin : createReadStream(path);
  const read = readAll(stream, path);
  // A stream that is stopped while it opens a pipe ends only when the pipe opens.
  read.catch(() => undefined);
  return await Promise.race([read, aborted(signal)]).catch((cause: NodeJS.ErrnoException) => {
    stream.destroy();
    if (cause.code === undefined || cause.code.startsWith('E_')) throw cause;
    throw usageError('E_INPUT', `${path === '' ? '""' : path} cannot be read`, {
      cause,
      fix: 'name a file, or - for standard input',
    });
  });
}

async function readAll(stream: Readable, path: string): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > largest) {
      throw usageError('E_INPUT', `${path} is larger than ${largest / 1024 / 1024} MiB`, {
        fix: 'name a lab file or manifest, or apply it in parts',
      });
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
