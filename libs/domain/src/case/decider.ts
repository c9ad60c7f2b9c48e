// How a case moves: its life from referral to closing, who takes part, and what is shared. Actions have a file of their own.
import { accept, refuse, unreachable, type Decider, type Decision } from '../kernel/decider.js';
import { kindRefused, notFound, nothing, taken } from '../kernel/refusals.js';
import { compact, same, unique } from '../kernel/values.js';
import { judgeDisclosure, partyOf, sharingRefusal } from '../information-sharing/information-sharing.js';
import { decideAction, isActionCommand, type ActionCommand } from './actions.js';
import type { CaseCommand, CaseEvent, CaseFolded } from './events.js';
import { isWithinTwoYears, mayAnswerFor, notOpen, notTakingPart, workerExcluded } from './rules.js';
import { recallDisclosure, reviewRecall } from './recall.js';
import { acknowledgeWithdrawal, withdrawText } from './withdrawal.js';
import { evolveCase, isAlive, isExcluded, isWorkedOn, takesPart, type CaseState, type ExistingCase } from './state.js';

type CommandOf<T extends CaseCommand['type']> = Extract<CaseCommand, { type: T }>;

const notReferred = refuse('case.not-referred', 'The case has been screened already.', 'Sagen er allerede visiteret.');
const notClosed = refuse('case.not-closed', 'Only a closed case can be reopened.', 'Kun en lukket sag kan genåbnes.');
const openActions = refuse(
  'case.open-actions',
  'The case still has open actions: complete, cancel or hand them over first.',
  'Sagen har stadig åbne indsatser: afslut, annullér eller overdrag dem først.',
);
const stillResponsible = refuse(
  'case.organisation-responsible',
  'The organisation is responsible for the case or for an open action.',
  'Organisationen er ansvarlig for sagen eller for en åben indsats.',
);
const requestAnswered = refuse('request.answered', 'The request has been answered already.', 'Anmodningen er allerede besvaret.');
const requestNotYours = refuse(
  'request.not-yours',
  'The request was put to another organisation.',
  'Anmodningen er stillet til en anden organisation.',
);
const badDate = refuse(
  'case.date',
  'This is not a date from today to two years ahead.',
  'Det er ikke en dato fra i dag og højst to år frem.',
);

const refer = ({ data }: CommandOf<'ReferCase'>, state: CaseState): Decision<CaseEvent> => {
  const { caseId, personId, groupId, areaId, caseNumber, ageBand, responsibleOrganisationId, imported, reason } = data;
  const organisations = [...new Map(data.organisations.map((o) => [o.organisationId, partyOf(o)])).values()];
  const referred = compact({
    ...{ caseId, personId, groupId, areaId, caseNumber, ageBand, responsibleOrganisationId, organisations, imported },
  });
  if (state.status !== 'none') return same(state.referred, referred) ? nothing : taken('case');
  if (organisations.some((o) => o.kind === 'other')) return kindRefused;
  if (!organisations.some((o) => o.organisationId === responsibleOrganisationId)) return notTakingPart;
  const subject = { id: personId, scope: caseId };
  return accept({ type: 'CaseReferred', data: referred, subject, text: compact({ reason }) });
};

/** Rules 1-5 and 7: a refusal is recorded without the content, and answered. */
const share = ({ data, context }: CommandOf<'ShareInformation'>, state: ExistingCase): Decision<CaseEvent> => {
  const { caseId, toOrganisationIds, disclosure } = data;
  const known = state.disclosures.find((d) => d.disclosureId === disclosure.disclosureId);
  if (known) return known.necessityFingerprint === disclosure.necessityFingerprint ? nothing : taken('disclosure');
  if (!isAlive(state)) return notOpen;
  if (disclosure.answers !== undefined) {
    const request = state.requests.find((r) => r.asked.requestId === disclosure.answers);
    if (!request) return notFound('request');
    if (request.asked.toOrganisationId !== context.actor.organisationId) return requestNotYours;
    if (request.answer) return requestAnswered;
  }
  const { actor, ruleSet } = context;
  const { personId } = state.referred;
  const judgement = judgeDisclosure(
    {
      caseId,
      personId,
      participants: state.organisations,
      from: { organisationId: actor.organisationId, userId: actor.userId, kind: actor.kind },
      to: unique(toOrganisationIds).map((organisationId) => ({ organisationId })),
      earlier: state.disclosures,
      ruleSet,
    },
    disclosure,
  );
  if (judgement.refused) {
    const { refused } = judgement;
    const refusal = sharingRefusal(refused.rule);
    if (state.refused.some((earlier) => same(earlier, refused))) return { events: [], refusal };
    return { events: [{ type: 'DisclosureRefused', data: refused }], refusal };
  }
  const { content, necessity } = disclosure;
  const subject = { id: personId, scope: caseId };
  return accept({ type: 'InformationShared', data: judgement.disclosed, subject, text: { content, necessity } });
};

const leave = ({ data }: CommandOf<'RemoveOrganisationFromCase'>, state: ExistingCase): Decision<CaseEvent> => {
  const { caseId, organisationId } = data;
  if (!takesPart(state, organisationId)) return nothing;
  if (!isAlive(state)) return notOpen;
  const owes = state.actions.some((a) => a.status === 'open' && a.ownerOrganisationId === organisationId);
  if (owes || state.responsible.organisationId === organisationId) return stillResponsible;
  return accept({ type: 'OrganisationLeftCase', data: { caseId, organisationId } });
};

const request = ({ data, context }: CommandOf<'RequestInformation'>, state: ExistingCase): Decision<CaseEvent> => {
  const { caseId, requestId, toOrganisationId, category, dueOn, question } = data;
  const asked = { caseId, requestId, toOrganisationId, category, dueOn };
  const known = state.requests.find((r) => r.asked.requestId === requestId);
  if (known) return same(known.asked, asked) ? nothing : taken('request');
  if (!isAlive(state)) return notOpen;
  if (!takesPart(state, toOrganisationId)) return notTakingPart;
  if (dueOn < context.today || !isWithinTwoYears(dueOn, context)) return badDate;
  const subject = { id: state.referred.personId, scope: caseId };
  return accept({ type: 'InformationRequested', data: asked, subject, text: { question } });
};

/** Rule 6: "declined" is a full answer; no reason is asked and none is recorded. */
const decline = ({ data, context }: CommandOf<'DeclineInformationRequest'>, state: ExistingCase): Decision<CaseEvent> => {
  const { caseId, requestId } = data;
  const asked = state.requests.find((r) => r.asked.requestId === requestId);
  if (!asked) return notFound('request');
  if (asked.answer === 'declined') return nothing;
  if (asked.answer === 'shared') return requestAnswered;
  if (!isAlive(state)) return notOpen;
  if (!mayAnswerFor(context, asked.asked.toOrganisationId)) return requestNotYours;
  return accept({ type: 'InformationRequestDeclined', data: { caseId, requestId } });
};

const decideExisting = (
  command: Exclude<CaseCommand, ActionCommand | { type: 'ReferCase' }>,
  state: ExistingCase,
): Decision<CaseEvent> => {
  const { context } = command;
  const { caseId } = command.data;
  const subject = { id: state.referred.personId, scope: caseId };
  switch (command.type) {
    case 'ScreenCase': {
      const { outcome, assessment } = command.data;
      if (state.screened === outcome) return nothing;
      if (state.status !== 'referred') return isAlive(state) ? notReferred : notOpen;
      return accept({ type: 'CaseScreened', data: { caseId, outcome }, subject, text: compact({ assessment }) });
    }
    case 'OpenCase':
      if (isWorkedOn(state)) return nothing;
      return isAlive(state) ? accept({ type: 'CaseOpened', data: { caseId } }) : notOpen;
    case 'PauseCase': {
      const { until, ground } = command.data;
      if (state.status === 'paused' && state.until === until) return nothing;
      if (!isWorkedOn(state)) return notOpen;
      if (until < context.today || !isWithinTwoYears(until, context)) return badDate;
      return accept({ type: 'CasePaused', data: { caseId, until }, subject, text: { ground } });
    }
    case 'ResumeCase':
      if (state.status === 'open') return nothing;
      return state.status === 'paused' ? accept({ type: 'CaseResumed', data: { caseId } }) : notOpen;
    case 'CloseCase': {
      const { outcome, summary } = command.data;
      if (state.status === 'closed' && state.outcome === outcome) return nothing;
      if (!isAlive(state)) return notOpen;
      if (state.actions.some((a) => a.status === 'open')) return openActions;
      return accept({ type: 'CaseClosed', data: { caseId, outcome, at: context.at }, subject, text: compact({ summary }) });
    }
    case 'CloseAfterDeath': {
      if (!isAlive(state)) return nothing;
      const open = state.actions.filter((action) => action.status === 'open');
      return accept<CaseEvent>(
        ...open.map(({ actionId }): CaseEvent => ({ type: 'ActionCancelled', data: { caseId, actionId }, subject, text: {} })),
        { type: 'CaseClosed', data: { caseId, outcome: 'died', at: context.at }, subject, text: {} },
      );
    }
    case 'ReopenCase': {
      if (isWorkedOn(state)) return nothing;
      if (state.status !== 'closed') return notClosed;
      return accept({ type: 'CaseReopened', data: { caseId }, subject, text: { ground: command.data.ground } });
    }
    case 'ChangeArea': {
      const { areaId } = command.data;
      if (state.areaId === areaId) return nothing;
      return isAlive(state) ? accept({ type: 'CaseAreaChanged', data: { caseId, areaId } }) : notOpen;
    }

    case 'AssignResponsibility': {
      const { organisationId, userId } = command.data;
      const responsible = compact({ organisationId, userId });
      if (same(state.responsible, responsible)) return nothing;
      if (!isAlive(state)) return notOpen;
      if (!takesPart(state, organisationId)) return notTakingPart;
      if (isExcluded(state, userId)) return workerExcluded;
      return accept({ type: 'ResponsibilityAssigned', data: { caseId, ...responsible } });
    }
    case 'AddOrganisationToCase': {
      const organisation = partyOf(command.data.organisation);
      if (takesPart(state, organisation.organisationId)) return nothing;
      if (!isAlive(state)) return notOpen;
      if (organisation.kind === 'other') return kindRefused;
      return accept({ type: 'OrganisationJoinedCase', data: { caseId, organisation } });
    }
    case 'RemoveOrganisationFromCase':
      return leave(command, state);
    case 'ExcludeWorker': {
      // In every status: also who looks back at a closed case must not be too close to the young person.
      const { userId, ground } = command.data;
      if (isExcluded(state, userId)) return nothing;
      return accept({ type: 'WorkerExcluded', data: { caseId, userId }, subject, text: compact({ ground }) });
    }

    case 'RequestInformation':
      return request(command, state);
    case 'DeclineInformationRequest':
      return decline(command, state);
    case 'ShareInformation':
      return share(command, state);
    case 'ReportProgress': {
      const { actionId, reportId, report } = command.data;
      const data = compact({ caseId, actionId, reportId });
      const known = state.reports.find((r) => r.reportId === reportId);
      if (known) return same(known, data) ? nothing : taken('report');
      if (actionId !== undefined && !state.actions.some((a) => a.actionId === actionId)) return notFound('action');
      if (!isAlive(state)) return notOpen;
      return accept({ type: 'ProgressReported', data, subject, text: { report } });
    }
    case 'ScheduleFollowUp': {
      const { followUpId, on, inMeeting, note } = command.data;
      const data = compact({ caseId, followUpId, on, inMeeting });
      const known = state.followUps.find((f) => f.followUpId === followUpId);
      if (known) return same(known, data) ? nothing : taken('follow-up');
      if (!isAlive(state)) return notOpen;
      if (!isWithinTwoYears(on, context)) return badDate;
      return accept({ type: 'FollowUpScheduled', data, subject, text: compact({ note }) });
    }
    case 'WithdrawText':
      return withdrawText(command, state);
    case 'AcknowledgeWithdrawal':
      return acknowledgeWithdrawal(command, state);
    case 'RecallDisclosure':
      return recallDisclosure(command, state);
    case 'ReviewRecall':
      return reviewRecall(command, state);
    default:
      return unreachable(command);
  }
};

export const caseDecider: Decider<CaseState, CaseCommand, CaseEvent, CaseFolded> = {
  initialState: { status: 'none' },
  evolve: evolveCase,
  decide: (command, state) => {
    if (command.type === 'ReferCase') return refer(command, state);
    if (state.status === 'none') return notFound('case');
    // Access is decided elsewhere; this holds also when the exclusion came between that and now.
    if (isExcluded(state, command.context.actor.userId) && command.type !== 'ExcludeWorker') return workerExcluded;
    return isActionCommand(command) ? decideAction(command, state) : decideExisting(command, state);
  },
};
