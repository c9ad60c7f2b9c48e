// What can go wrong when a read model is asked. No message holds content.

/** A page cursor that this list did not give out. */
export class InvalidCursorError extends Error {
  override readonly name = 'InvalidCursorError';
  constructor() {
    super('the cursor was not given out by this list');
  }
}

/** The read models did not reach a position in the time allowed. The change itself is safe: ask again. */
export class NotCaughtUpError extends Error {
  override readonly name = 'NotCaughtUpError';
  constructor(readonly timeoutMs: number) {
    super(`the read models did not catch up within ${timeoutMs} ms`);
  }
}

/** The read models know of more than the log holds: an older backup of the log was restored. Rebuild them. */
export class CheckpointBeyondLogError extends Error {
  override readonly name = 'CheckpointBeyondLogError';
  constructor(
    readonly checkpoint: string,
    readonly head: string,
  ) {
    super(
      `the read models are at position ${checkpoint}, but the log ends at ${head || 'its beginning'}: ` +
        'an older log was restored; rebuild the read models',
    );
  }
}

/** The history contradicts itself: an event about something its own stream never introduced. */
export class InconsistentHistoryError extends Error {
  override readonly name = 'InconsistentHistoryError';
}
