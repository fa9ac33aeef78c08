import { checkedLibc } from './errors.ts';
import { libc } from './libbpf.ts';

const F_DUPFD_CLOEXEC = 1030;

/** A file descriptor with one owner. */
export interface Fd {
  /** Throws once it is closed, so that a stale handle cannot reach somebody else's descriptor. */
  readonly number: number;
  /** Repeatable. */
  close(): void;
}

export function owned(number: number, what: string): Fd {
  let open = true;
  return {
    get number() {
      if (!open) throw new Error(`${what} is closed`);
      return number;
    },
    close() {
      if (!open) return;
      open = false;
      checkedLibc('close', libc.close(number), `close ${what}`);
    },
  };
}

/** A second descriptor for the same thing, whose life does not hang on the first. */
export const duplicate = (number: number, what: string): Fd =>
  owned(checkedLibc('fcntl', libc.fcntl(number, F_DUPFD_CLOEXEC, 0), `duplicate ${what}`), what);
