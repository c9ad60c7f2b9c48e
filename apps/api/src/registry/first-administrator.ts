// A programme of one's own begins with one administrator: named in the configuration, enrolled when the log is empty.
import type { Actor } from '@app/domain';
import { START } from '@app/event-store';
import { Change, ChangeHandler, type ChangeRequest } from '../core/change.js';
import type { Ports } from '../core/ports.js';

const ORGANISATION = 'administration';
const HASH = 'setup';
const SETUP: Actor = {
  userId: 'fremdrift',
  organisationId: ORGANISATION,
  authorityId: ORGANISATION,
  kind: 'municipal',
  role: 'administrator',
};

/** An empty log, or one in which a crash left only the organisation of this set-up. */
const nothingButSetUp = async ({ store }: Ports): Promise<boolean> => {
  const { events } = await store.readAll(START, { limit: 2 });
  return events.length === 0 || (events.length === 1 && events[0]?.metadata.commandHash === HASH);
};

/**
 * Registers the organisation `administration` and enrols FREMDRIFT_FIRST_ADMINISTRATOR (a `sub` of the issuer) in it, unless
 * something is in the log already.
 */
export const enrolFirstAdministrator = async (ports: Ports): Promise<void> => {
  const subject = ports.configuration.firstAdministrator;
  if (subject === undefined || !(await nothingButSetUp(ports))) return;
  const handler = new ChangeHandler(ports);
  const send = (
    request:
      | Omit<ChangeRequest<'organisation'>, 'actor' | 'commandId' | 'commandHash'>
      | Omit<ChangeRequest<'user'>, 'actor' | 'commandId' | 'commandHash'>,
  ) => handler.execute(new Change({ ...request, actor: SETUP, commandId: ports.idFor(request.id, HASH), commandHash: HASH }));
  await send({
    category: 'organisation',
    id: ORGANISATION,
    command: () => ({
      type: 'RegisterOrganisation',
      data: { organisationId: ORGANISATION, name: 'Administration', kind: 'municipal', authorityId: ORGANISATION },
    }),
  });
  const userId = ports.idFor(subject, HASH);
  const subjectHash = ports.blindIndex.subjectHash(ports.issuer, subject);
  await send({
    category: 'user',
    id: userId,
    command: () => ({
      type: 'EnrolUser',
      data: {
        userId,
        organisationId: ORGANISATION,
        organisationKind: 'municipal',
        role: 'administrator',
        subjectHash,
        name: 'Administrator',
      },
    }),
  });
};
