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
