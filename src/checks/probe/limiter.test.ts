import { expect, it } from 'vitest';
import { limiter } from './limiter.ts';

it('runs no more than its width, in order', async () => {
  const inTurn = limiter(2);
  const order: number[] = [];
  let running = 0;
  let most = 0;
  await new Promise<void>((done) => {
    for (const id of [1, 2, 3, 4, 5]) {
      inTurn(async () => {
        order.push(id);
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, 2));
        running--;
        if (id === 5) done();
      });
    }
  });
  expect([order, most]).toEqual([[1, 2, 3, 4, 5], 2]);
});
