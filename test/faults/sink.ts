// A mail server that outlives whoever sends: keeps what it was handed, whether it said yes to it or the sender died before that.
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';

export interface Handed {
  readonly messageId: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** Only then has the sender been told that it is taken over. */
  readonly answered: boolean;
}

/** What happens when a letter has come; `yes` tells the sender so. */
export type OnLetter = (yes: () => void) => void;

export class Sink {
  readonly handed: Handed[] = [];
  onLetter: OnLetter = (yes) => yes();
  url = '';
  private server: SMTPServer | undefined;

  async start(): Promise<void> {
    const server = new SMTPServer({
      ...{ authOptional: true, disabledCommands: ['AUTH', 'STARTTLS'], disableReverseLookup: true, logger: false },
      onData: (stream, _session, done) => {
        const parts: Buffer[] = [];
        stream.on('data', (part: Buffer) => parts.push(part));
        stream.on('end', () => {
          void PostalMime.parse(Buffer.concat(parts)).then(({ messageId = '', to, subject = '', text = '' }) => {
            const n = this.handed.push({ messageId, to: to?.[0]?.address ?? '', subject, text, answered: false }) - 1;
            this.onLetter(() => {
              this.handed[n] = { ...this.handed[n]!, answered: true };
              done();
            });
          });
        });
      },
    });
    server.on('error', () => {}); // who was killed says no goodbye
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.server = server;
    this.url = `smtp://127.0.0.1:${(server.server.address() as { port: number }).port}`;
  }
  stop(): Promise<void> {
    return new Promise((resolve) => (this.server ? this.server.close(() => resolve()) : resolve()));
  }
}
