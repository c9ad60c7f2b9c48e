// A personal text as read models carry it: still encrypted, with everything needed to open it, and nothing that says what it is.
import type { FieldClass } from '@app/domain';
import type { Envelope } from './envelope.js';

/** Stored as JSON in read models; opened only on the way out, after the access decision and the access log. */
export interface Sealed {
  readonly sealed: true;
  readonly eventId: string;
  readonly subjectId: string;
  /** `identity` or a case id. */
  readonly scope: string;
  readonly field: number;
  readonly fieldClass: FieldClass;
  readonly envelope: Envelope;
}
export const isSealed = (value: unknown): value is Sealed =>
  typeof value === 'object' && value !== null && (value as { sealed?: unknown }).sealed === true;
