// Bounded, and true to what was set.
import { Generations } from './generations.js';

it('keeps what is asked for, lets go of what is not', () => {
  const memory = new Generations<number>(2);
  memory.set('kept', 0);
  for (let i = 1; i <= 100; i++) {
    memory.set(`n${i}`, i);
    expect(memory.get(`n${i}`)).toBe(i);
    expect(memory.get('kept')).toBe(0);
  }
  expect(memory.get('n99')).toBe(99);
  expect(memory.get('n1')).toBeUndefined();
  expect(memory.get('never set')).toBeUndefined();
});

it('never holds more than twice its size', () => {
  const keys = ['a', 'b', 'c', 'd', 'e', 'f'];
  const filled = () => {
    const memory = new Generations<string>(2);
    for (const key of keys) memory.set(key, key);
    return memory;
  };
  // One look into each: what is asked for moves to the front.
  expect(keys.filter((key) => filled().get(key) !== undefined)).toEqual(['c', 'd', 'e', 'f']);
});

it('what is not there pushes nothing out', () => {
  const memory = new Generations<number>(2);
  memory.set('kept', 0);
  for (let i = 0; i < 10; i++) expect(memory.get(`never set ${i}`)).toBeUndefined();
  expect(memory.get('kept')).toBe(0);
});
