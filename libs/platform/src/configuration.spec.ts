import { ConfigurationError, readConfiguration } from './configuration.js';

const read = (env: Record<string, string>) => readConfiguration(env, '/srv/app');
const KEY = Buffer.alloc(32, 1).toString('base64');
const REAL = { OIDC_ISSUER: 'https://login.example', OIDC_AUDIENCE: 'fremdrift', FREMDRIFT_MASTER_KEY: KEY };

describe('configuration', () => {
  it('is the demo on loopback when nothing is set', () => {
    expect(read({})).toEqual({ host: '127.0.0.1', port: 3000, dataFolder: '/srv/app/.data', demo: true, logLevel: 'log' });
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
    [{ FREMDRIFT_DEMO: 'yes' }, /^FREMDRIFT_DEMO must be 0 or 1/],
    [{ ...REAL, FREMDRIFT_DEMO: '1' }, /^FREMDRIFT_DEMO cannot be 1/],
    [{ OIDC_ISSUER: 'https://login.example' }, /^OIDC_AUDIENCE is needed/],
    [{ ...REAL, OIDC_ISSUER: 'login' }, /^OIDC_ISSUER must be a URL/],
    [{ ...REAL, FREMDRIFT_MASTER_KEY: 'c2hvcnQ=' }, /^FREMDRIFT_MASTER_KEY must be 32 bytes/],
    [{ OIDC_ISSUER: 'https://login.example', OIDC_AUDIENCE: 'a' }, /^FREMDRIFT_MASTER_KEY is needed/],
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
});
