// node --import: time as a file says it, in a process that knows only the machine's. FREMDRIFT_TIME_LAPSE names the file: milliseconds
// by which its clock is ahead. What a server does once a minute it does four times a second, since days pass in seconds.
import { readFileSync } from 'node:fs';

const file = process.env.FREMDRIFT_TIME_LAPSE;
const READ_EVERY_MS = 10;

const machine = Date.now;
let ahead = 0;
let readAt = -Infinity;
const now = () => {
  const at = performance.now();
  if (at - readAt > READ_EVERY_MS) {
    readAt = at;
    ahead = Number(readFileSync(file, 'utf8'));
  }
  return machine() + ahead;
};
globalThis.Date = new Proxy(Date, {
  construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
  get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver)),
});

const every = globalThis.setInterval;
globalThis.setInterval = (work, ms, ...args) => every(work, ms === 60_000 ? 250 : ms, ...args);
