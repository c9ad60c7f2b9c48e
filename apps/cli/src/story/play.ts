// The stage: who acts, what was told, and what came instead. What it prints is the story's own words, ids and codes.
import { randomInt } from 'node:crypto';
import { connect, type Answer, type Server } from '../server.js';
import { Unusable } from '../unusable.js';

export interface Receipt {
  readonly id: string;
  readonly revision: number;
}
interface Page<T> {
  readonly items: readonly T[];
  readonly next?: string;
}

/** A step did not hold: says what came instead, in statuses, codes, ids and counts, and never in an answer's own texts. */
export class NotAsTold extends Error {
  override readonly name = 'NotAsTold';
}
/** The story ends here: its failure is printed already. */
export class Ended extends Error {}

/** @throws NotAsTold */
export function check(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new NotAsTold(otherwise);
}
/** Two lists with the same members, in any order. @throws NotAsTold */
export const checkSame = (what: string, are: readonly string[], should: readonly string[]): void =>
  check(
    JSON.stringify([...are].sort()) === JSON.stringify([...should].sort()),
    `${what}: expected ${[...should].sort().join(', ') || 'none'}, got ${[...are].sort().join(', ') || 'none'}`,
  );
/** @throws NotAsTold which of them it holds is not said */
export const checkHoldsNone = (what: string, body: unknown, secrets: readonly string[]): void => {
  const text = JSON.stringify(body ?? null);
  check(!secrets.some((secret) => text.includes(secret)), `${what}: the answer holds personal data`);
};

/** Status and, where one is named, rule. */
const toldAs = ({ status, body }: Answer): string =>
  [status, (body as { rule?: string } | undefined)?.rule].filter((part) => part !== undefined).join(' ');

/** One user of the demo, acting over HTTP. */
export class User {
  private server: Promise<Server> | undefined;

  /** @param mustNotSee for those who may never see a person: texts that no answer to them may hold */
  constructor(
    private readonly url: string,
    readonly name: string,
    private readonly mustNotSee: readonly string[] = [],
  ) {}

  async ask(method: 'GET' | 'POST', path: string, body?: unknown, ifMatch?: number): Promise<Answer> {
    const server = await (this.server ??= connect(this.url, this.name, undefined));
    const answer = await server.request(method, path, body, ifMatch === undefined ? {} : { 'if-match': `"${ifMatch}"` });
    checkHoldsNone(`${method} ${path} as ${this.name}`, answer.body, this.mustNotSee);
    return answer;
  }

  async get<T>(path: string): Promise<T> {
    return this.done(await this.ask('GET', path), `GET ${path}`) as T;
  }
  /** Every page of a list. */
  async list<T>(path: string): Promise<T[]> {
    const items: T[] = [];
    let next: string | undefined;
    do {
      const page = await this.get<Page<T>>(`${path}${path.includes('?') ? '&' : '?'}limit=200${next ? `&after=${next}` : ''}`);
      items.push(...page.items);
      ({ next } = page);
    } while (next !== undefined);
    return items;
  }
  async post<T = Receipt>(path: string, body: unknown = {}, ifMatch?: number): Promise<T> {
    return this.done(await this.ask('POST', path, body, ifMatch), `POST ${path}`) as T;
  }

  /**
   * It is refused, in one of these ways: a status, and the rule where one says no: `422 room.mixed`.
   * @throws NotAsTold
   */
  async isRefused(ways: string | readonly string[], path: string, body: unknown = {}, ifMatch?: number): Promise<void> {
    const answer = await this.ask('POST', path, body, ifMatch);
    const expected = [ways].flat();
    check(
      expected.includes(toldAs(answer)),
      `POST ${path} as ${this.name}: expected ${expected.join(' or ')}, got ${toldAs(answer)}`,
    );
  }
  async mayNotSee(path: string, status: number): Promise<void> {
    const answer = await this.ask('GET', path);
    check(answer.status === status, `GET ${path} as ${this.name}: expected ${status}, got ${toldAs(answer)}`);
  }

  private done(answer: Answer, asked: string): unknown {
    const { status, body } = answer;
    check(status >= 200 && status < 300, `${asked} as ${this.name}: expected it to be done, got ${toldAs(answer)}`);
    return body;
  }
}

/** Those whose role or organisation may not see a young person; the steering group only where a name is opened to it. */
const OUTSIDE = ['steeringMember', 'externalAuditor', 'partner', 'politicalMember', 'administrator'] as const;
const INSIDE = [
  ...(['coordinator', 'projectLead', 'hotspotChief', 'auditor'] as const),
  ...(['BUF', 'SOF', 'gadeteam', 'jobcenter', 'police'] as const),
];
export type Cast = Readonly<Record<(typeof OUTSIDE)[number] | (typeof INSIDE)[number], User>>;

export interface Play {
  readonly url: string;
  readonly cast: Cast;
  /** Prints a heading. */
  chapter(da: string, en: string): void;
  /** Plays one step and tells whether it held. @throws Ended when it did not */
  step<T>(da: string, en: string, act: () => Promise<T>): Promise<T>;
  /** A personal text that no other run has; whoever must not see persons must never see it. */
  secret(text: string): string;
}

const LETTERS = 'abcdefghijkmnpqrstuvwxyz';
const unique = (): string => Array.from({ length: 10 }, () => LETTERS[randomInt(LETTERS.length)]).join('');

export const createPlay = (url: string, tell: Pick<Play, 'chapter'> & { step: Play['step'] }): Play => {
  // What the demo's own data and the example sheet say of persons.
  const secrets = ['Demo Ung', 'Demo Testperson', 'KANARIE-'];
  const users = [...INSIDE.map((name) => new User(url, name)), ...OUTSIDE.map((name) => new User(url, name, secrets))];
  return {
    ...tell,
    url,
    cast: Object.fromEntries(users.map((user) => [user.name, user])) as Cast,
    secret: (text) => {
      const mark = unique();
      secrets.push(mark);
      return `${text} ${mark}`;
    },
  };
};

/** What came instead, safe to print: an unexpected error's message may hold anything, its class and place do not. */
export const whatCame = (error: unknown): string => {
  if (error instanceof NotAsTold || error instanceof Unusable) return error.message;
  const [place = ''] = error instanceof Error ? (error.stack ?? '').split('\n').filter((line) => /^ {4}at /.test(line)) : [];
  return `an unexpected ${error instanceof Error ? error.constructor.name : typeof error}${place.replace(/^ +/, ' ')}`;
};
