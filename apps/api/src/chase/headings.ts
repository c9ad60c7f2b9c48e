// The files' titles and headings in both languages: which columns a file has, and in which order.
import type { ChasedRow } from '@app/read-models';
import type { Question } from './figures.dto.js';

interface Words {
  readonly da: string;
  readonly en: string;
}

/** Every export carries it (rule 4). */
export const BAN: Words = {
  da: 'Må ikke bruges til efterforskning (retsplejeloven § 115, stk. 2).',
  en: 'Not to be used for investigation (Retsplejeloven § 115, stk. 2).',
};

export const TITLES: Readonly<Record<Question, Words>> = {
  overdue: { da: 'Overskredne frister', en: 'Overdue' },
  'most-moved': { da: 'Oftest flyttede frister', en: 'Most often moved' },
  waiting: { da: 'Hvad venter på hvem', en: 'What waits on whom' },
  'chased-by-me': { da: 'Hvad jeg har rykket for', en: 'What I chased' },
  progress: { da: 'Fra møde til møde', en: 'From meeting to meeting' },
  results: { da: 'Afsluttede indsatser', en: 'Actions that ended' },
};

export const OUTCOMES: Readonly<Record<ChasedRow['outcome'], Words>> = {
  completed: { da: 'udført', en: 'completed' },
  cancelled: { da: 'annulleret', en: 'cancelled' },
  moved: { da: 'ny frist', en: 'new deadline' },
  answered: { da: 'besvaret', en: 'answered' },
  nothing: { da: 'intet endnu', en: 'nothing yet' },
};

const organisation = { da: 'Organisation', en: 'Organisation' };
const person = { da: 'Medarbejder', en: 'Member of staff' };
const caseNumber = { da: 'Sagsnummer', en: 'Case number' };
const deadline = { da: 'Frist', en: 'Deadline' };
const overdueActions = { da: 'Heraf overskredet', en: 'Of them overdue' };
const openActions = { da: 'Åbne indsatser', en: 'Open actions' };

export const HEADINGS: Readonly<Record<Question, Readonly<Record<string, Words>>>> = {
  overdue: {
    organisation,
    overdue: { da: 'Overskredne', en: 'Overdue' },
    days1to7: { da: '1-7 dage', en: '1-7 days' },
    days8to14: { da: '8-14 dage', en: '8-14 days' },
    days15to30: { da: '15-30 dage', en: '15-30 days' },
    over30days: { da: 'Over 30 dage', en: 'Over 30 days' },
    oldestDeadline: { da: 'Ældste frist', en: 'Oldest deadline' },
    escalated: { da: 'Heraf eskaleret', en: 'Of them escalated' },
  },
  'most-moved': {
    caseNumber,
    organisation,
    person,
    agreedOn: { da: 'Aftalt', en: 'Agreed' },
    deadline,
    deadlineMoves: { da: 'Gange flyttet', en: 'Times moved' },
    daysOverdue: { da: 'Dage overskredet', en: 'Days overdue' },
    chases: { da: 'Rykkere', en: 'Chases' },
  },
  waiting: {
    organisation,
    person,
    openActions,
    overdueActions,
    awaitsAcceptance: { da: 'Venter på accept', en: 'To be accepted' },
    unansweredChases: { da: 'Ubesvarede rykkere', en: 'Unanswered chases' },
    unansweredRequests: { da: 'Ubesvarede anmodninger', en: 'Unanswered requests' },
    oldest: { da: 'Ældste', en: 'Oldest' },
  },
  'chased-by-me': {
    caseNumber,
    organisation,
    person,
    chasedOn: { da: 'Rykket', en: 'Chased' },
    deadline,
    answeredOn: { da: 'Besvaret', en: 'Answered' },
    outcome: { da: 'Udfald', en: 'Outcome' },
    daysUntilEnd: { da: 'Dage til afslutning', en: 'Days until it ended' },
  },
  progress: {
    heldOn: { da: 'Møde', en: 'Meeting' },
    casesDiscussed: { da: 'Drøftede sager', en: 'Cases discussed' },
    actionsAgreed: { da: 'Aftalt siden sidst', en: 'Agreed since' },
    actionsCompleted: { da: 'Udført siden sidst', en: 'Completed since' },
    deadlinesMoved: { da: 'Flyttet siden sidst', en: 'Moved since' },
    openActions,
    overdueActions,
  },
  results: {
    organisation,
    completed: { da: 'Udført', en: 'Completed' },
    cancelled: { da: 'Annulleret', en: 'Cancelled' },
    onTime: { da: 'Til tiden', en: 'On time' },
    onFirstDeadline: { da: 'Inden første frist', en: 'By the first deadline' },
    informationToAgreement: { da: 'Dage fra oplysning til aftale', en: 'Days from information to agreement' },
    agreementToAcceptance: { da: 'Dage til accept', en: 'Days to acceptance' },
    agreementToCompletion: { da: 'Dage til udført', en: 'Days to completion' },
  },
};
