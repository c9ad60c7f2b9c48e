// Two registrations of one person: merged by a human, undone by a human, and never erased as one.
import { command, given } from '@app/testing';
import { personDecider, type PersonFolded } from './person.js';
import type { MergeFacts } from './merge.js';

const personId = 'p1';
const registered: PersonFolded = { type: 'PersonRegistered', data: { personId } };
const clear: MergeFacts = { survivorIsMerged: false, survivorIsErased: false, hasAliases: false };
const merge = (facts: Partial<MergeFacts> = {}, intoPersonId = 'p2', mergeId = 'm1') =>
  command('MergePerson', { personId, mergeId, intoPersonId, reason: 'Samme unge', facts: { ...clear, ...facts } });
const undo = command('UndoMerge', { personId, reason: 'Det var to' });
const merged: PersonFolded = { type: 'PersonMerged', data: { personId, mergeId: 'm1', intoPersonId: 'p2' } };
const undone: PersonFolded = { type: 'PersonMergeUndone', data: { personId, mergeId: 'm1', intoPersonId: 'p2' } };
const identity = { id: personId, scope: 'identity' };
const erasure = (caseId?: string): PersonFolded => ({
  type: 'ErasureProposed',
  data: { personId, erasureId: 'e1', ground: 'objection', proposedBy: 'u', authorities: ['kk'], ...(caseId && { caseId }) },
});

describe('a merge', () => {
  it('is told in the stream of the alias, with its reason under the alias’s own key', () => {
    given(personDecider, registered)
      .when(merge())
      .then({ ...merged, subject: identity, text: { reason: 'Samme unge' } });
  });
  it('is undone, and may be made again', () => {
    given(personDecider, registered, merged)
      .when(undo)
      .then({ ...undone, subject: identity, text: { reason: 'Det var to' } });
    expect(given(personDecider, registered, merged, undone).when(merge({}, 'p2', 'm2')).decision.events).toHaveLength(1);
  });
  it('is not with oneself, nor with nobody, nor a chain', () => {
    given(personDecider, registered).when(merge({}, personId)).thenRefused('merge.self');
    given(personDecider).when(merge()).thenRefused('person.unknown');
    given(personDecider, registered).when(undo).thenRefused('merge.unknown');
    given(personDecider, registered, merged)
      .when(merge({}, 'p3', 'm2'))
      .thenRefused('merge.chain');
    given(personDecider, registered)
      .when(merge({ survivorIsMerged: true }))
      .thenRefused('merge.chain');
    given(personDecider, registered)
      .when(merge({ hasAliases: true }))
      .thenRefused('merge.chain');
  });
  it('leaves the identity to the one that survived; a protection of the address may still be added', () => {
    const correct = command('CorrectPerson', { personId, identity: { alias: 'Ung' } });
    given(personDecider, registered, merged).when(correct).thenRefused('person.merged');
    expect(given(personDecider, registered, merged, undone).when(correct).decision.events).toHaveLength(1);
    given(personDecider, registered, merged)
      .when(command('ProtectAddress', { personId }))
      .then({ type: 'AddressProtected', data: { personId } });
  });
});

describe('a merge and an erasure of everything about a person', () => {
  const facts = { authorities: ['kk'], liveCaseIds: [] };
  const propose = (over: object = {}, more: object = {}) =>
    command('ProposeErasure', {
      ...{ personId, erasureId: 'e2', ground: 'objection' as const, reason: 'Bedt om det', facts: { ...facts, ...more } },
      ...over,
    });
  it('exclude each other: what belongs to whom must be clear first', () => {
    given(personDecider, registered, merged).when(propose()).thenRefused('erasure.merged');
    given(personDecider, registered)
      .when(propose({}, { merged: true }))
      .thenRefused('erasure.merged');
    given(personDecider, registered, erasure()).when(merge()).thenRefused('erasure.under-way');
    given(personDecider, registered)
      .when(merge({ survivorIsErased: true }))
      .thenRefused('erasure.under-way');
    const started: PersonFolded = { type: 'ErasureStarted', data: { personId, erasureId: 'e1' } };
    given(personDecider, registered, erasure(), started).when(merge()).thenRefused('person.erased');
    expect(given(personDecider, registered, merged, undone).when(propose()).decision.events).toHaveLength(1);
  });
  it('also when one that was approved is about to begin', () => {
    const approved: PersonFolded = {
      type: 'ErasureApproved',
      data: { personId, erasureId: 'e1', authorityId: 'kk', approvedBy: 'v', regretUntil: '2026-12-01T08:00:00.000Z' },
    };
    const archived: PersonFolded = {
      type: 'ArchivingNotRequired',
      data: { personId, erasureId: 'e1', ground: 'disposal-rules' },
    };
    const start = (more: object) =>
      command('StartErasure', { personId, erasureId: 'e1', facts: { ...facts, ...more } }, { at: '2026-12-01T08:00:00.000Z' });
    given(personDecider, registered, erasure(), approved, archived)
      .when(start({ merged: true }))
      .thenRefused('erasure.merged');
    given(personDecider, registered, erasure(), approved, archived, merged).when(start({})).thenRefused('erasure.merged');
    expect(given(personDecider, registered, erasure(), approved, archived).when(start({})).decision.refusal).toBeUndefined();
  });
  it('the texts of one case are erased as ever, and a withdrawn erasure is none', () => {
    expect(given(personDecider, registered, merged).when(propose({ caseId: 'c1' })).decision.events).toHaveLength(1);
    expect(given(personDecider, registered, erasure('c1')).when(merge()).decision.events).toHaveLength(1);
    const gone: PersonFolded = { type: 'ErasureWithdrawn', data: { personId, erasureId: 'e1', cause: 'person' } };
    expect(given(personDecider, registered, erasure(), gone).when(merge()).decision.events).toHaveLength(1);
  });
});
