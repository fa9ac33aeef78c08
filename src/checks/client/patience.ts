/** How often time is counted. */
const tickMs = 50;

/**
 * A signal that aborts after a limit of this process's own running time: a turn of the event loop counts
 * as one tick however long it was kept waiting. On a machine that is busy elsewhere a wall clock would
 * call answers late that lie unread in the socket.
 */
export function patience(limitMs: number): { readonly signal: AbortSignal; readonly end: () => void } {
  const abort = new AbortController();
  let left = Math.ceil(limitMs / tickMs);
  const timer = setInterval(() => {
    if (--left > 0) return;
    clearInterval(timer);
    abort.abort(new DOMException('no answer within the limit', 'TimeoutError'));
  }, tickMs);
  return { signal: abort.signal, end: () => clearInterval(timer) };
}
