// COPY ... FROM STDIN over the driver's own connection: what the driver leaves to others.
import type { ClientBase, Connection, Submittable } from 'pg';

/** The parts of the driver's connection that COPY needs and its types leave out. */
interface CopyConnection {
  query(text: string): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

class CopyIn implements Submittable {
  #error: unknown;
  constructor(
    private readonly statement: string,
    private readonly data: readonly Buffer[],
    private readonly done: (error?: unknown) => void,
  ) {}
  submit(connection: Connection): void {
    (connection as unknown as CopyConnection).query(this.statement);
  }
  handleCopyInResponse(connection: CopyConnection): void {
    for (const chunk of this.data) connection.sendCopyFromChunk(chunk);
    connection.endCopyFrom();
  }
  handleError(error: unknown): void {
    this.#error = error;
    // A connection that is gone never gets ready again.
    this.done(error);
  }
  handleReadyForQuery(): void {
    this.done(this.#error);
  }
  handleCommandComplete(): void {}
}

/** @throws the database's error */
export const copyIn = (client: ClientBase, statement: string, data: readonly Buffer[]): Promise<void> =>
  new Promise((resolve, reject) => {
    client.query(new CopyIn(statement, data, (error) => (error === undefined ? resolve() : reject(error as Error))));
  });
