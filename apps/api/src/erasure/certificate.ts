// The certificate of an erasure, told from the log: who, when, on which ground, which keys, and where the texts stood.
import { personCodec, type PersonFolded } from '@app/domain';
import { clearOf, type StoredEvent } from '@app/event-store';
import type { CertificateAnswer, StepAnswer } from './erasure.dto.js';

type Told = { readonly stored: StoredEvent; readonly event: PersonFolded };

const step = ({ stored: { metadata, position } }: Told): StepAnswer => ({
  userId: metadata.actor,
  organisationId: metadata.organisation,
  authorityId: metadata.authority,
  at: metadata.at,
  position,
});

/**
 * @param history the person's stream
 * @returns undefined while it is not carried out
 */
export const certificateOf = (
  history: readonly StoredEvent[],
  erasureId: string,
  caseNumber: string | undefined,
): CertificateAnswer | undefined => {
  const steps: Told[] = history
    .map((stored) => ({ stored, event: personCodec.decode(stored.type, stored.metadata.v, clearOf(stored.data)) }))
    .filter(({ event }) => (event.data as { erasureId?: string }).erasureId === erasureId);
  const find = <T extends PersonFolded['type']>(...types: T[]) =>
    steps.find((told): told is Told & { event: Extract<PersonFolded, { type: T }> } => types.includes(told.event.type as T));
  const proposed = find('ErasureProposed');
  const archived = find('DeliveredToArchives', 'ArchivingNotRequired');
  const started = find('ErasureStarted');
  const erased = find('PersonErased', 'CaseTextErased');
  if (!proposed || !archived || !started || !erased) return undefined;
  const approvals = steps.filter(({ event }) => event.type === 'ErasureApproved');
  const { personId, caseId, ground, retention } = proposed.event.data;
  const { keys, affected } = erased.event.data;
  const { actor: by, at } = archived.stored.metadata;
  const archiving =
    archived.event.type === 'DeliveredToArchives'
      ? {
          outcome: 'delivered' as const,
          archiveId: archived.event.data.archiveId,
          deliveryId: archived.event.data.deliveryId,
        }
      : { outcome: 'not-required' as const, ground: archived.event.data.ground };
  const last = approvals.at(-1)!.event as Extract<PersonFolded, { type: 'ErasureApproved' }>;
  return {
    erasureId,
    personId,
    ...(caseId !== undefined && { caseId }),
    ...(caseNumber !== undefined && { caseNumber }),
    ground,
    ruleSetId: proposed.stored.metadata.ruleSet,
    ...(retention && { retention }),
    proposed: step(proposed),
    approvals: approvals.map(step),
    archiving: { ...archiving, by, at },
    regretUntil: last.data.regretUntil!,
    started: step(started),
    erased: step(erased),
    keys: [...keys],
    affected: [...affected],
    da:
      'Nøglerne, som teksterne var krypteret med (AES-256-GCM), er overskrevet i nøglelageret. Teksterne kan ikke læses igen, hverken i ' +
      'hændelsesloggen, visninger, udtræk eller sikkerhedskopier af databasen. Sikkerhedskopier af nøgler må højst opbevares i 30 dage; gendannes ' +
      'en, tilintetgøres nøglerne igen, før systemet svarer. Selve hændelserne og statistikken består uden personoplysninger.',
    en:
      'The keys that sealed the texts (AES-256-GCM) are overwritten in the key store. The texts cannot be read again: not in the event log, ' +
      'views, exports or backups of the database. Backups of keys live 30 days at most; when one is restored, the keys are destroyed again ' +
      'before the system answers. The events themselves and the statistics remain, without personal data.',
  };
};
