// What `Date` says in this process, for what has no clock of its own (tokens, limits); timers go on as they are.
import { jest } from '@jest/globals';

const TIMERS = [
  ...(['nextTick', 'queueMicrotask', 'setImmediate', 'clearImmediate', 'setInterval', 'clearInterval', 'setTimeout'] as const),
  ...(['clearTimeout', 'performance', 'hrtime'] as const),
];

/** @param ms Unix milliseconds. Undone by `jest.useRealTimers()`. */
export const setDate = (ms: number): void => void jest.useFakeTimers({ now: ms, doNotFake: [...TIMERS] });
