import { Bell } from './follow.js';

const A_MINUTE = 60_000;

describe('the bell', () => {
  it('wakes who waits', async () => {
    const bell = new Bell();
    const waiting = bell.wait(bell.rings, A_MINUTE, new AbortController().signal);
    bell.ring();
    await waiting;
  });

  it('remembers a ring between the look and the wait', async () => {
    const bell = new Bell();
    const seen = bell.rings;
    bell.ring();
    await bell.wait(seen, A_MINUTE, new AbortController().signal);
  });

  it('stops waiting when the signal aborts, before and after', async () => {
    const bell = new Bell();
    const stop = new AbortController();
    const waiting = bell.wait(bell.rings, A_MINUTE, stop.signal);
    stop.abort();
    await waiting;
    await bell.wait(bell.rings, A_MINUTE, stop.signal);
  });
});
