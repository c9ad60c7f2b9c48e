// Erasures are carried out each for itself: what is wrong with one keeps no key of another alive.
import type { CommandBus } from '@nestjs/cqrs';
import type { Ports } from '../core/ports.js';
import { Eraser } from './runner.js';

it('goes on with the others when one erasure fails, and destroys first what is past the point of no return', async () => {
  const destroyed: string[] = [];
  const row = (n: number, status: string) => ({ erasureId: `e${n}`, personId: `p${n}`, status, causedBy: 'c' });
  const unreadable = { type: 'PersonRegistered', data: { subject: 3, text: {} }, metadata: {} };
  const ports = {
    lastWritten: '',
    clock: { now: () => new Date('2031-01-01T00:00:00Z'), today: () => '2031-01-01' },
    ruleSetOn: () => Promise.resolve({ retention: { closedYears: 5, closedWithoutActionYears: 1 } }),
    idFor: (...parts: string[]) => parts.join(' '),
    readModels: {
      reach: () => Promise.resolve(),
      erasuresToCarryOut: () => Promise.resolve([row(1, 'approved'), row(2, 'started'), row(3, 'started')]),
      registry: () => Promise.resolve({ organisations: new Map() }),
      casesToErase: () => Promise.resolve([]),
      erasedOf: () => Promise.resolve([]),
      mergedWith: () => Promise.resolve([]),
    },
    store: {
      head: () => Promise.resolve(''),
      readStream: (stream: string) =>
        Promise.resolve(
          stream === 'person-p3'
            ? [{ type: 'ErasureStarted', id: 's', data: { erasureId: 'e3', personId: 'p3' }, metadata: { authority: 'a' } }]
            : [unreadable],
        ),
    },
    keys: {
      destroy: ({ subjectId }: { subjectId: string }) => {
        destroyed.push(subjectId);
        return Promise.resolve([]);
      },
    },
    ask: () => Promise.resolve([]),
  };
  const asked: string[] = [];
  const bus = {
    execute: ({ request }: { request: { id: string } }) => {
      asked.push(request.id);
      return Promise.resolve();
    },
  };
  await new Eraser(ports as unknown as Ports, bus as unknown as CommandBus).look();
  // The first cannot be read and is only approved; the second cannot be read either, but its keys must go; the third is finished.
  expect([...new Set(destroyed)]).toEqual(['p2', 'p3']);
  expect(asked).toEqual(['p3']);
});
