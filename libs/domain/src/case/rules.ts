// The refusals and judgements that the parts of the case's decider share.
import { refuse, type Context } from '../kernel/decider.js';
import { isLocalDate, yearsLater } from '../kernel/values.js';

export const notOpen = refuse('case.not-open', 'The case is not open for this.', 'Sagen er ikke åben for dette.');
export const notTakingPart = refuse(
  'case.organisation-not-taking-part',
  'The organisation does not take part in the case.',
  'Organisationen deltager ikke i sagen.',
  'Retsplejeloven § 115, stk. 1-2',
);
export const workerExcluded = refuse(
  'case.worker-excluded',
  'This member of staff is excluded from the case.',
  'Medarbejderen er udelukket fra sagen.',
);

/** People of the organisation itself, or those who chase for the whole group. */
export const mayAnswerFor = ({ actor }: Context, organisationId: string): boolean =>
  actor.organisationId === organisationId || ['coordinator', 'projectLead', 'hotspotChief'].includes(actor.role);

/** A local date not more than two years ahead. */
export const isWithinTwoYears = (date: string, context: Context): boolean =>
  isLocalDate(date) && date <= yearsLater(context.today, 2);
