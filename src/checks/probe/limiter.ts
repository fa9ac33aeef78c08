/** Runs at most `width` pieces of work at a time, in the order in which they came. */
export function limiter(width: number): (work: () => Promise<void>) => void {
  const waiting: (() => Promise<void>)[] = [];
  let running = 0;
  const next = (): void => {
    const work = running < width ? waiting.shift() : undefined;
    if (work === undefined) return;
    running++;
    void work().finally(() => {
      running--;
      next();
    });
  };
  return (work) => {
    waiting.push(work);
    next();
  };
}
