// A text about the wrong person: who withdraws it, and who is told.
import { actors, command, given, parties } from '@app/testing';
import { caseDecider } from './decider.js';
import type { CaseFolded, WrittenText } from './events.js';

const { bif, buf, police, sof } = parties;
const caseId = 'c1';
const as = (actor: keyof typeof actors) => ({ actor: actors[actor] });
const referred: CaseFolded = {
  type: 'CaseReferred',
  data: {
    ...{ caseId, personId: 'p1', groupId: 'g1', areaId: 'a1', caseNumber: 'K-1', ageBand: '15-17' },
    ...{ responsibleOrganisationId: 'bif', organisations: [bif, buf, police] },
  },
};
const text: WrittenText = {
  ...{ eventId: 'e1', eventType: 'ProgressReported', writtenAt: '2026-11-20T08:00:00.000Z' },
  ...{ writtenBy: [actors.buf.userId], organisationId: buf.organisationId },
};
const withdraw = (actor: keyof typeof actors, over: Partial<WrittenText> = {}) =>
  command('WithdrawText', { caseId, text: { ...text, ...over }, ground: 'Handlede om en anden' }, as(actor));
const withdrawn = (told: readonly string[], over: object = {}): CaseFolded => ({
  type: 'TextWithdrawn',
  data: {
    ...{ caseId, eventId: 'e1', eventType: 'ProgressReported', writtenAt: text.writtenAt, why: 'wrong-person' },
    told,
    ...over,
  },
});
const sealedGround = { subject: { id: 'p1', scope: caseId }, text: { ground: 'Handlede om en anden' } };
const toldBy = (actor: keyof typeof actors, over: Partial<WrittenText>, ...history: CaseFolded[]) =>
  (given(caseDecider, referred, ...history).when(withdraw(actor, over)).decision.events[0]!.data as object as { told: string[] })
    .told;

describe('a text is withdrawn', () => {
  it('by who wrote it, with a ground under the case’s key', () => {
    given(caseDecider, referred)
      .when(withdraw('buf'))
      .then({ ...withdrawn(['bif', police.organisationId]), ...sealedGround } as never);
  });
  it('by who said it, and by who leads the group; by nobody else', () => {
    const said = { writtenBy: [actors.coordinator.userId, actors.police.userId] };
    expect(given(caseDecider, referred).when(withdraw('police', said)).decision.refusal).toBeUndefined();
    for (const lead of ['coordinator', 'projectLead'] as const)
      expect(given(caseDecider, referred).when(withdraw(lead)).decision.refusal).toBeUndefined();
    given(caseDecider, referred).when(withdraw('bif')).thenRefused('text.not-yours');
    given(caseDecider, referred).when(withdraw('bif', said)).thenRefused('text.not-yours');
  });
  it('and those who got it are told: whom it was shared with, else all who take part or did', () => {
    expect(toldBy('buf', { recipients: [police.organisationId] })).toEqual([police.organisationId]);
    const joined: CaseFolded = { type: 'OrganisationJoinedCase', data: { caseId, organisation: sof } };
    const left: CaseFolded = { type: 'OrganisationLeftCase', data: { caseId, organisationId: sof.organisationId } };
    expect(toldBy('buf', {}, joined, left)).toEqual(['bif', police.organisationId, sof.organisationId]);
    // Also whose text it was, when somebody else withdraws it.
    expect(toldBy('coordinator', { recipients: [police.organisationId] })).toEqual([police.organisationId, 'buf']);
  });
  it('also when the case is closed; not by who is excluded from it', () => {
    const closed: CaseFolded = { type: 'CaseClosed', data: { caseId, outcome: 'other', at: '2026-11-21T08:00:00.000Z' } };
    expect(given(caseDecider, referred, closed).when(withdraw('buf')).decision.events).toHaveLength(1);
    const excluded: CaseFolded = { type: 'WorkerExcluded', data: { caseId, userId: actors.buf.userId } };
    given(caseDecider, referred, excluded).when(withdraw('buf')).thenRefused('case.worker-excluded');
  });
});

describe('a withdrawal is acknowledged', () => {
  const acknowledge = (actor: keyof typeof actors, eventId = 'e1') =>
    command('AcknowledgeWithdrawal', { caseId, eventId }, as(actor));
  const told = withdrawn([police.organisationId]);
  it('once by every organisation that was told, and by no other', () => {
    const acknowledged: CaseFolded = {
      type: 'WithdrawalAcknowledged',
      data: { caseId, eventId: 'e1', organisationId: police.organisationId },
    };
    given(caseDecider, referred, told).when(acknowledge('police')).then(acknowledged);
    given(caseDecider, referred, told, acknowledged).when(acknowledge('police')).then();
    given(caseDecider, referred, told).when(acknowledge('bif')).thenRefused('withdrawal.not-yours');
    given(caseDecider, referred, told).when(acknowledge('police', 'e2')).thenRefused('withdrawal.unknown');
  });
});
