import { jest } from '@jest/globals';
import { KeyCache } from './key-cache.js';

describe('the cache of keys', () => {
  afterEach(() => jest.useRealTimers());

  it('drops by itself what is 60 s old, also when it is in use', () => {
    jest.useFakeTimers();
    let now = 0;
    const cache = new KeyCache<string>(() => now);
    cache.set('a', 'key');
    for (let second = 1; second < 60; second++) {
      now += 1_000;
      jest.advanceTimersByTime(1_000);
      expect(cache.get('a')).toBe(second < 50 ? 'key' : undefined);
    }
    now += 1_000;
    jest.advanceTimersByTime(1_000);
    expect(cache.size).toBe(0); // nobody asked: the sweep did it
    cache.close();
  });

  it('lets a key go at 50 s sharp when it is swept, and all of them when it is closed', () => {
    jest.useFakeTimers();
    let now = 0;
    const cache = new KeyCache<string>(() => now);
    cache.set('a', 'key');
    now = 49_999;
    cache.set('b', 'key');
    cache.sweep();
    expect(cache.size).toBe(2);
    now = 50_000;
    cache.sweep();
    expect([cache.size, cache.get('b')]).toEqual([1, 'key']);
    cache.close();
    expect([cache.size, jest.getTimerCount()]).toEqual([0, 0]);
  });

  it('goes by the clock of the process unless told otherwise', () => {
    const cache = new KeyCache<string>();
    cache.set('a', 'key');
    expect(cache.get('a')).toBe('key');
    cache.close();
  });

  it('holds a bounded number, and lets the oldest go', () => {
    const cache = new KeyCache<number>(() => 0, 4);
    for (let n = 1; n <= 5; n++) cache.set(`key-${n}`, n);
    expect(cache.size).toBe(4);
    expect([cache.get('key-1'), cache.get('key-2'), cache.get('key-5')]).toEqual([undefined, 2, 5]);
    cache.drop((value) => value === 2);
    expect([cache.size, cache.get('key-2')]).toEqual([3, undefined]);
    cache.close();
  });
});
