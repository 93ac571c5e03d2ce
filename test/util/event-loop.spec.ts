import { expect, it } from 'vitest';
import { watchEventLoop } from '../../src/util/event-loop';

it('the lateness of the event loop is told from the first question to the next', async () => {
  const lag = watchEventLoop();
  expect(lag.max()).toBe(0);
  const soon = (ms: number): Promise<void> => new Promise((r) => setTimeout(r, ms));
  await soon(60);
  for (const end = performance.now() + 200; performance.now() < end; );
  await soon(60);
  expect(lag.max()).toBeGreaterThan(0.1);
  expect(lag.percentile(100)).toBeGreaterThan(0.1);
  lag.reset();
  expect(lag.max()).toBe(0);
});
