import { ConfigurationError, readConfiguration } from './configuration.js';

const read = (env: Record<string, string>) => readConfiguration(env, '/srv/app');
const KEY = Buffer.alloc(32, 1).toString('base64');
const REAL = { OIDC_ISSUER: 'https://login.example', OIDC_AUDIENCE: 'fremdrift', FREMDRIFT_MASTER_KEY: KEY };

describe('configuration', () => {
  it('is the demo on loopback when nothing is set', () => {
    expect(read({})).toEqual({
      ...{
        host: '127.0.0.1',
        port: 3000,
        dataFolder: '/srv/app/.data',
        role: 'all',
        demo: true,
        logLevel: 'log',
        rateLimitPerMinute: 3000,
      },
    });
  });

  it('honours PORT, HOST, FREMDRIFT_DATA and DATABASE_URL', () => {
    const database = 'postgres://someone@db.example/fremdrift';
    expect(
      read({ ...REAL, PORT: '8080', HOST: '0.0.0.0', FREMDRIFT_DATA: '/var/fremdrift', DATABASE_URL: database }),
    ).toMatchObject({
      host: '0.0.0.0',
      port: 8080,
      dataFolder: '/var/fremdrift',
      databaseUrl: database,
      demo: false,
    });
  });

  it("never brings the demo into a database of one's own unless told", () => {
    const own = { DATABASE_URL: 'postgres://someone@db.example/fremdrift' };
    expect(() => read(own)).toThrow(/^OIDC_ISSUER is needed/);
    expect(read({ ...own, FREMDRIFT_DEMO: '1' }).demo).toBe(true);
  });

  it('limits as often as RATE_LIMIT_PER_MINUTE says, and believes only TRUSTED_PROXIES', () => {
    expect(read({ RATE_LIMIT_PER_MINUTE: '0' }).rateLimitPerMinute).toBe(0);
    expect(read({}).trustedProxies).toBeUndefined();
    expect(read({ TRUSTED_PROXIES: '10.0.0.7, fd00::/8' }).trustedProxies).toEqual(['10.0.0.7', 'fd00::/8']);
  });

  it('is one of several processes only where they can share database and keys', () => {
    const [database, keys] = ['postgres://someone@db.example/fremdrift', 'postgresql://someone@keys.example/keys'];
    const shared = { ...REAL, DATABASE_URL: database, KEYS_DATABASE_URL: keys };
    expect(read({ ...shared, FREMDRIFT_ROLE: 'worker' })).toMatchObject({ role: 'worker', keysDatabaseUrl: keys });
    expect(read(shared).role).toBe('all');
    const alone = { ...REAL, DATABASE_URL: database, FREMDRIFT_ROLE: 'api' };
    expect(() => read(alone)).toThrow(/^FREMDRIFT_ROLE api is one of several/);
    expect(() => read({ ...REAL, KEYS_DATABASE_URL: keys })).toThrow(/^KEYS_DATABASE_URL needs a DATABASE_URL/);
    const previous = Buffer.alloc(32, 2).toString('base64');
    expect(read({ ...REAL, FREMDRIFT_MASTER_KEY_PREVIOUS: previous }).previousMasterKey).toBe(previous);
  });

  it('keeps events where EVENT_STORE says, without the demo unless told', () => {
    const url = 'esdb+discover://fremdrift:secret@a.example:2113,b.example?tlsCAFile=/etc/ca.crt';
    const own = { EVENT_STORE: 'eventstoredb', EVENTSTORE_URL: url };
    expect(read({ ...REAL, ...own })).toMatchObject({ eventStoreUrl: url, demo: false });
    expect(() => read(own)).toThrow(/^OIDC_ISSUER is needed/);
    expect(read({ ...own, FREMDRIFT_DEMO: '1' })).toMatchObject({ eventStoreUrl: url, demo: true });
    expect(read({ EVENT_STORE: 'postgres' })).toEqual(read({}));
  });

  it.each([
    [{ EVENT_STORE: 'memory' }, /^EVENT_STORE must be postgres or eventstoredb$/],
    [{ EVENT_STORE: 'eventstoredb' }, /^EVENTSTORE_URL is needed/],
    [{ EVENTSTORE_URL: 'esdb://localhost' }, /^EVENT_STORE must be eventstoredb/],
    [{ EVENT_STORE: 'eventstoredb', EVENTSTORE_URL: 'https://user:secret@localhost' }, /^EVENTSTORE_URL must start with esdb/],
    [{ PORT: 'http' }, /^PORT must be a whole number/],
    [{ PORT: '70000' }, /^PORT/],
    [{ HOST: 'a b' }, /^HOST/],
    [{ HOST: '0.0.0.0' }, /^HOST must be 127\.0\.0\.1/],
    [{ DATABASE_URL: 'mysql://x' }, /^DATABASE_URL must be a URL that starts with postgres/],
    [{ MIGRATIONS_DATABASE_URL: 'mysql://x' }, /^MIGRATIONS_DATABASE_URL must be a URL that starts with postgres/],
    [{ MIGRATIONS_DATABASE_URL: 'postgres://x' }, /^MIGRATIONS_DATABASE_URL needs a DATABASE_URL/],
    [{ KEYS_DATABASE_URL: '/srv/keys' }, /^KEYS_DATABASE_URL must be a URL that starts with postgres/],
    [{ FREMDRIFT_ROLE: 'boss' }, /^FREMDRIFT_ROLE must be one of all, api, worker/],
    [{ FREMDRIFT_MASTER_KEY_PREVIOUS: 'c2hvcnQ=' }, /^FREMDRIFT_MASTER_KEY_PREVIOUS must be 32 bytes/],
    [{ FREMDRIFT_DEMO: 'yes' }, /^FREMDRIFT_DEMO must be 0 or 1/],
    [{ ...REAL, FREMDRIFT_DEMO: '1' }, /^FREMDRIFT_DEMO cannot be 1/],
    [{ OIDC_ISSUER: 'https://login.example' }, /^OIDC_AUDIENCE is needed/],
    [{ ...REAL, OIDC_ISSUER: 'login' }, /^OIDC_ISSUER must be a URL/],
    [{ ...REAL, FREMDRIFT_MASTER_KEY: 'c2hvcnQ=' }, /^FREMDRIFT_MASTER_KEY must be 32 bytes/],
    [{ OIDC_ISSUER: 'https://login.example', OIDC_AUDIENCE: 'a' }, /^FREMDRIFT_MASTER_KEY is needed/],
    [{ ...REAL, OIDC_ISSUER: 'http://login.example' }, /^OIDC_ISSUER must start with https/],
    [{ RATE_LIMIT_PER_MINUTE: '-1' }, /^RATE_LIMIT_PER_MINUTE must be a whole number/],
    [{ RATE_LIMIT_PER_MINUTE: 'off' }, /^RATE_LIMIT_PER_MINUTE/],
    [{ TRUSTED_PROXIES: 'everybody' }, /^TRUSTED_PROXIES must be addresses/],
    [{ TRUSTED_PROXIES: '10.0.0.0/8, 10.0.0.1/40' }, /^TRUSTED_PROXIES/],
    [{ LOG_LEVEL: 'loud' }, /^LOG_LEVEL must be one of/],
  ])('names the wrong value in one line: %j', (env, message) => {
    expect(() => read(env)).toThrow(ConfigurationError);
    expect(() => read(env)).toThrow(message);
  });

  it('does not repeat a secret in its message', () => {
    const message = (env: Record<string, string>): string => {
      try {
        return JSON.stringify(read(env));
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(message({ ...REAL, FREMDRIFT_MASTER_KEY: 'super-secret' })).not.toContain('super-secret');
    expect(message({ EVENT_STORE: 'eventstoredb', EVENTSTORE_URL: 'http://u:super-secret@h' })).not.toContain('super-secret');
  });

  describe('of mail', () => {
    const MAIL = { SMTP_URL: 'smtps://user:secret@mail.example', MAIL_FROM: 'fremdrift@kommune.example' };
    const WHERE = { PUBLIC_URL: 'https://fremdrift.example/' };

    it('is whole or not there', () => {
      expect(read(REAL)).not.toHaveProperty('mail');
      expect(read({ ...REAL, ...MAIL, ...WHERE })).toMatchObject({
        mail: { smtpUrl: MAIL.SMTP_URL, from: MAIL.MAIL_FROM },
        publicUrl: 'https://fremdrift.example',
      });
      expect(read({ ...REAL, ...WHERE })).not.toHaveProperty('mail');
    });

    it.each<[Record<string, string>, RegExp]>([
      [{ ...MAIL }, /^PUBLIC_URL is needed/],
      [{ SMTP_URL: MAIL.SMTP_URL, ...WHERE }, /^MAIL_FROM is needed/],
      [{ MAIL_FROM: MAIL.MAIL_FROM }, /^MAIL_FROM is of no use/],
      [{ ...MAIL, ...WHERE, SMTP_URL: 'mail.example:25' }, /^SMTP_URL must be a URL/],
      [{ ...MAIL, ...WHERE, MAIL_FROM: 'Fremdrift <a@b.example>' }, /^MAIL_FROM must be an address alone/],
      [{ ...MAIL, PUBLIC_URL: 'http://fremdrift.example' }, /^PUBLIC_URL must start with https/],
      [{ ...MAIL, PUBLIC_URL: 'https://fremdrift.example/?a=b' }, /^PUBLIC_URL must be an address without/],
    ])('is refused: %j', (env, message) => {
      expect(() => read({ ...REAL, ...env })).toThrow(message);
      expect(() => read({ ...REAL, ...env })).not.toThrow(/secret/);
    });

    it('never leaves the demo', () => {
      expect(() => read({ ...MAIL, ...WHERE })).toThrow(/^SMTP_URL cannot be set in the demo/);
    });
  });
});
