// Handing mail to a mail server. What a server says may quote the address it was given: only codes get out of here.
import { isLoopback, type MailSettings } from '@app/platform';

export interface Letter {
  readonly to: string;
  readonly messageId: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** An iCalendar object. */
  readonly calendar?: { readonly method: 'REQUEST' | 'CANCEL'; readonly content: string };
}
/** One after the other, over one connection. */
export interface Post {
  /** Resolves when the server has taken it over. @throws NotPostedError */
  send(letter: Letter): Promise<void>;
  close(): void;
}

/** `refused`: this message, for good. `later`: this message, for now. `out-of-reach`: no message gets through. */
export class NotPostedError extends Error {
  override readonly name = 'NotPostedError';
  constructor(
    /** Safe to store and to show. */
    readonly code: string,
    readonly how: 'refused' | 'later' | 'out-of-reach',
  ) {
    super(code);
  }
}

const OF_THE_MESSAGE = ['EENVELOPE', 'EMESSAGE'];
export const notPosted = (error: unknown): NotPostedError => {
  const { code, responseCode } = error as { code?: unknown; responseCode?: unknown };
  const status = typeof responseCode === 'number' ? `smtp-${responseCode}` : undefined;
  const name = typeof code === 'string' && /^[A-Z_]{2,20}$/.test(code) ? code : 'ERROR';
  if (!OF_THE_MESSAGE.includes(name)) return new NotPostedError(status ?? name.toLowerCase(), 'out-of-reach');
  const permanent = typeof responseCode === 'number' ? responseCode >= 500 : true; // an address that is none never gets as far
  return new NotPostedError(status ?? name.toLowerCase(), permanent ? 'refused' : 'later');
};

/**
 * Opens with the first letter. `smtps:` is TLS from the start; with `smtp:` the server must offer STARTTLS, unless it is on this machine.
 * @param settings its URL may hold user and password
 */
export const openPost = async ({ smtpUrl, from }: MailSettings): Promise<Post> => {
  const { createTransport } = await import('nodemailer');
  const { protocol, hostname, port, username, password } = new URL(smtpUrl);
  const secure = protocol === 'smtps:';
  const transport = createTransport({
    ...{ host: hostname, port: port === '' ? (secure ? 465 : 587) : Number(port), secure },
    ...{ requireTLS: !secure && !isLoopback(hostname), ignoreTLS: isLoopback(hostname) },
    ...(username !== '' && { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
    ...{ pool: true, maxConnections: 1, maxMessages: 100 },
    ...{ connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 60_000, dnsTimeout: 10_000 },
    ...{ disableFileAccess: true, disableUrlAccess: true },
  } as Parameters<typeof createTransport>[0]);
  return {
    send: async ({ to, messageId, subject, text, html, calendar }) => {
      try {
        await transport.sendMail({
          from: { name: 'Fremdrift', address: from },
          ...{ to: { name: '', address: to }, messageId, subject, text, html },
          // No holiday notices back, please.
          headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
          ...(calendar && { icalEvent: { method: calendar.method, content: calendar.content, filename: 'invite.ics' } }),
        });
      } catch (error) {
        throw notPosted(error);
      }
    },
    close: () => transport.close(),
  };
};
