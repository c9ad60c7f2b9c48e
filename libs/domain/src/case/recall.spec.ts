// A disclosure without its basis: who recalls it, who is told, and what a human says of each thing that may rest on it.
import { actors, command, given, parties } from '@app/testing';
import { caseDecider } from './decider.js';
import type { CaseFolded, Rest, SharedDisclosure, WrittenText } from './events.js';

const { bif, buf, police, sof } = parties;
const caseId = 'c1';
type Who = keyof typeof actors;
const as = (actor: Who) => ({ actor: actors[actor] });
const referred: CaseFolded = {
  type: 'CaseReferred',
  data: {
    ...{ caseId, personId: 'p1', groupId: 'g1', areaId: 'a1', caseNumber: 'K-1', ageBand: '15-17' },
    ...{ responsibleOrganisationId: 'bif', organisations: [bif, buf, police, sof] },
  },
};
const opened: CaseFolded = { type: 'CaseOpened', data: { caseId } };
const agreed: CaseFolded = {
  type: 'ActionAgreed',
  data: { caseId, actionId: 'a1', ownerOrganisationId: 'buf', deadline: '2026-12-01' },
};
const disclosure: SharedDisclosure = {
  ...{ disclosureId: 'd1', eventId: 'e1', eventType: 'InformationShared', sharedAt: '2026-11-20T08:00:00.000Z' },
  ...{ category: 'school', fromOrganisationId: 'sof', fromKind: 'municipal', recipients: ['buf', 'bif'] },
};
const rests: readonly Rest[] = [
  { eventId: 'e2', eventType: 'ActionAgreed', why: 'same-item', actionId: 'a1' },
  { eventId: 'e3', eventType: 'ProgressReported', why: 'possible' },
];
const ground = 'Modtagerne havde intet grundlag.';
const recall = (who: Who, over: Partial<SharedDisclosure> = {}, words = ground) =>
  command('RecallDisclosure', { caseId, disclosure: { ...disclosure, ...over }, rests, ground: words }, as(who));
const { fromKind: _, recipients: __, ...shared } = disclosure;
const recalled: CaseFolded = { type: 'DisclosureRecalled', data: { caseId, ...shared, told: ['buf', 'bif'], rests } };
const sealed = (text: object) => ({ subject: { id: 'p1', scope: caseId }, text });

describe('a disclosure is recalled', () => {
  it('by who shared it, with a ground under the case’s key; those who got it are told', () => {
    given(caseDecider, referred)
      .when(recall('sof'))
      .then({ ...recalled, ...sealed({ ground }) });
    given(caseDecider, referred, recalled).when(recall('sof')).then();
  });
  it('by who leads the group, and then the sharer is told too; by no other', () => {
    const { events } = given(caseDecider, referred).when(recall('projectLead')).decision;
    expect(events[0]!.data).toMatchObject({ told: ['buf', 'sof'] });
    for (const who of ['buf', 'police'] as const) given(caseDecider, referred).when(recall(who)).thenRefused('recall.not-yours');
  });
  it('what the police shared, by the police only', () => {
    const theirs = { fromOrganisationId: police.organisationId, fromKind: 'police' } as const;
    expect(given(caseDecider, referred).when(recall('police', theirs)).decision.refusal).toBeUndefined();
    for (const who of ['coordinator', 'sof'] as const)
      given(caseDecider, referred).when(recall(who, theirs)).thenRefused('recall.police');
  });
  it('with a ground in words', () => {
    for (const words of ['ok', '...', ' Se ovenfor. '])
      given(caseDecider, referred)
        .when(recall('sof', {}, words))
        .thenRefused('recall.ground');
  });
  it('and everybody told answers once; who answered is told anew when its text is withdrawn as well', () => {
    const acknowledge = command('AcknowledgeWithdrawal', { caseId, eventId: 'e1' }, as('buf'));
    const acknowledged: CaseFolded = { type: 'WithdrawalAcknowledged', data: { caseId, eventId: 'e1', organisationId: 'buf' } };
    given(caseDecider, referred, recalled).when(acknowledge).then(acknowledged);
    given(caseDecider, referred, recalled, acknowledged).when(acknowledge).then();
    const text: WrittenText = {
      ...disclosure,
      writtenAt: disclosure.sharedAt,
      writtenBy: [actors.sof.userId],
      organisationId: 'sof',
    };
    const { events, state } = given(caseDecider, referred, recalled, acknowledged).after(
      command('WithdrawText', { caseId, text, ground: 'Handlede om en anden.' }, as('sof')),
    );
    expect(events).toHaveLength(1);
    expect(state).toMatchObject({ withdrawals: [{ eventId: 'e1', told: ['buf', 'bif'], acknowledged: [], withdrawn: true }] });
  });
});

describe('what may rest on it is reviewed', () => {
  const reason = 'Bygger på skolens egen melding.';
  const review = (who: Who, eventId: string, verdict: 'keep' | 'withdraw', over: object = {}) =>
    command('ReviewRecall', { caseId, disclosureId: 'd1', eventId, verdict, reason, ...over }, as(who));
  const kept: CaseFolded = {
    type: 'RecallReviewed',
    data: { caseId, disclosureId: 'd1', eventId: 'e2', actionId: 'a1', verdict: 'keep' },
  };
  const before = [referred, opened, agreed, recalled] as const;
  const text = (eventId: string): WrittenText => ({
    ...{ eventId, eventType: 'ActionAgreed', writtenAt: '2026-11-21T08:00:00.000Z', writtenBy: ['u'], organisationId: 'buf' },
  });

  it('kept, with a reason, by who leads the group; once', () => {
    given(caseDecider, ...before)
      .when(review('coordinator', 'e2', 'keep'))
      .then({ ...kept, ...sealed({ reason }) });
    given(caseDecider, ...before, kept)
      .when(review('coordinator', 'e2', 'keep'))
      .then();
    given(caseDecider, ...before, kept)
      .when(review('coordinator', 'e2', 'withdraw'))
      .thenRefused('recall.reviewed');
    for (const who of ['buf', 'sof'] as const)
      given(caseDecider, ...before)
        .when(review(who, 'e2', 'keep'))
        .thenRefused('recall.review-not-yours');
    given(caseDecider, ...before)
      .when(review('coordinator', 'e2', 'keep', { reason: 'ok' }))
      .thenRefused('recall.ground');
  });
  it('withdrawn: its text is, and the action is cancelled; a report’s text only', () => {
    const of = (eventId: string) =>
      given(caseDecider, ...before).when(review('coordinator', eventId, 'withdraw', { text: text(eventId) })).decision.events;
    expect(of('e2').map(({ type }) => type)).toEqual(['RecallReviewed', 'TextWithdrawn', 'ActionCancelled']);
    expect(of('e3').map(({ type }) => type)).toEqual(['RecallReviewed', 'TextWithdrawn']);
    expect(of('e3')[1]!.data).toMatchObject({ eventId: 'e3', why: 'rested-on-recalled' });
    // Done already: there is nothing to cancel.
    const done: CaseFolded = { type: 'ActionCompleted', data: { caseId, actionId: 'a1' } };
    const late = given(caseDecider, ...before, done).when(review('coordinator', 'e2', 'withdraw', { text: text('e2') }));
    expect(late.decision.events.map(({ type }) => type)).toEqual(['RecallReviewed', 'TextWithdrawn']);
  });
  it('and nothing else is', () => {
    given(caseDecider, ...before)
      .when(review('coordinator', 'e9', 'keep'))
      .thenRefused('rest.unknown');
    given(caseDecider, referred)
      .when(review('coordinator', 'e2', 'keep'))
      .thenRefused('recall.unknown');
  });
  it('the action itself goes on meanwhile: a child is not left alone over a doubt', () => {
    const report = command('CompleteAction', { caseId, actionId: 'a1' }, as('buf'));
    expect(given(caseDecider, ...before).when(report).decision.refusal).toBeUndefined();
  });
});
