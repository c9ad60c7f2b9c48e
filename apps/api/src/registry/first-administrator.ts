// A programme of one's own begins with one administrator: named in the configuration, enrolled when the log is empty.
import { randomUUID } from 'node:crypto';
import type { Actor } from '@app/domain';
import { Change, ChangeHandler, type ChangeRequest } from '../core/change.js';
import { Ports } from '../core/ports.js';

const ORGANISATION = 'administration';
const SETUP: Actor = {
  userId: 'fremdrift',
  organisationId: ORGANISATION,
  authorityId: ORGANISATION,
  kind: 'municipal',
  role: 'administrator',
};

/** Registers the organisation `administration` and enrols FREMDRIFT_FIRST_ADMINISTRATOR (a `sub` of the issuer) in it. */
export const enrolFirstAdministrator = async (ports: Ports): Promise<void> => {
  const subject = ports.configuration.firstAdministrator;
  if (subject === undefined) return;
  const handler = new ChangeHandler(ports);
  const send = (
    request:
      | Omit<ChangeRequest<'organisation'>, 'actor' | 'commandId' | 'commandHash'>
      | Omit<ChangeRequest<'user'>, 'actor' | 'commandId' | 'commandHash'>,
  ) => handler.execute(new Change({ ...request, actor: SETUP, commandId: randomUUID(), commandHash: 'setup' } as never));
  await send({
    category: 'organisation',
    id: ORGANISATION,
    command: () => ({
      type: 'RegisterOrganisation',
      data: { organisationId: ORGANISATION, name: 'Administration', kind: 'municipal', authorityId: ORGANISATION },
    }),
  });
  const userId = randomUUID();
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
