// The demo's mail server: takes everything, delivers nothing, and shows it on a page. On loopback only, and in memory only.
import type { MailSettings } from '@app/platform';

export interface Caught {
  readonly messageId: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** The iCalendar part, when there is one, and what it asks for. */
  readonly calendar?: string;
  readonly method?: string;
}

export const DEMO_SENDER = 'fremdrift@demo.example';

/** The newest are kept. */
const KEPT = 500;
const MAX_BYTES = 1_000_000;

export class MailSink {
  /** Newest first. */
  readonly caught: Caught[] = [];
  private stop: (() => Promise<void>) | undefined;

  /** @returns how to hand mail to it */
  async start(): Promise<MailSettings> {
    const [{ SMTPServer }, { default: PostalMime }] = await Promise.all([import('smtp-server'), import('postal-mime')]);
    const server = new SMTPServer({
      ...{
        authOptional: true,
        disabledCommands: ['AUTH', 'STARTTLS'],
        disableReverseLookup: true,
        logger: false,
        size: MAX_BYTES,
      },
      onData: (stream, _session, done) => {
        const parts: Buffer[] = [];
        stream.on('data', (part: Buffer) => parts.push(part));
        stream.on('end', () => {
          PostalMime.parse(Buffer.concat(parts)).then((mail) => {
            const invitation = mail.attachments.find(({ mimeType }) => mimeType === 'text/calendar');
            const calendar = invitation && contentOf(invitation.content);
            this.caught.unshift({
              messageId: mail.messageId ?? '',
              to: (mail.to ?? []).flatMap(({ address }) => address ?? []),
              subject: mail.subject ?? '',
              text: mail.text ?? '',
              html: mail.html ?? '',
              ...(calendar !== undefined && { calendar }),
              ...(invitation?.method !== undefined && { method: invitation.method }),
            });
            this.caught.length = Math.min(this.caught.length, KEPT);
            done();
          }, done);
        });
      },
    });
    server.on('error', () => {}); // a broken connection is the sender's to notice
    await new Promise<void>((resolve, reject) => {
      server.server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    this.stop = () => new Promise((resolve) => server.close(() => resolve()));
    const { port } = server.server.address() as { port: number };
    return { smtpUrl: `smtp://127.0.0.1:${port}`, from: DEMO_SENDER };
  }
  async close(): Promise<void> {
    await this.stop?.();
  }
}

const contentOf = (content: ArrayBuffer | Uint8Array | string): string =>
  typeof content === 'string' ? content : new TextDecoder().decode(content);
