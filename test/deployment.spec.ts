// What the container files say is what the code means: settings it knows, a realm whose tokens it takes, paths that exist.
// None of these files could be run where they were written; scripts/check-deployment.mjs checks their form.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { ROLES } from '@app/domain';
import { readConfiguration, type Configuration } from '@app/platform';
import { DEMO_ORGANISATIONS } from '../apps/api/src/demo/users.js';

const ROOT = resolve(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

interface Service {
  readonly image?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly networks?: readonly string[];
  readonly tmpfs?: readonly string[];
  readonly ports?: readonly string[];
  readonly depends_on?: Readonly<Record<string, unknown>>;
  readonly network_mode?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly healthcheck?: unknown;
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const KEY = Buffer.alloc(32, 1).toString('base64');
/** What an operator puts into `.env`. */
const GIVEN: Readonly<Record<string, string>> = {
  FREMDRIFT_MASTER_KEY: KEY,
  OIDC_ISSUER: 'https://login.example.dk',
  OIDC_AUDIENCE: 'fremdrift',
  POSTGRES_PASSWORD: 'one',
  SERVER_POSTGRES_PASSWORD: 'five',
  KEYS_POSTGRES_PASSWORD: 'four',
  KURRENTDB_ADMIN_PASSWORD: 'two',
  KURRENTDB_OPS_PASSWORD: 'three',
};
const compose = (file: string): Compose => parse(read(file), { merge: true }) as Compose;
/** `${NAME:?problem}`, `${NAME:-default}`: as the engine fills them in. */
const filledIn = (text: string, given: Readonly<Record<string, string>>): string =>
  text.replace(/\$\{(\w+):([?-])([^}]*)\}/g, (_, name: string, kind: string, rest: string) => {
    const value = given[name] || (kind === '-' ? rest : undefined);
    if (value === undefined) throw new Error(`${name} ${rest}`);
    return value;
  });
const imageEnvironment = () =>
  Object.fromEntries([...read('Dockerfile').matchAll(/^(?:ENV| {3}) (\w+)=(\S+)/gm)].map(([, name, value]) => [name!, value!]));

/** The services of each file that are ours. */
const FILES = {
  'docker-compose.yml': ['fremdrift'],
  'docker-compose.cluster.yml': ['api-1', 'api-2', 'worker-1', 'worker-2'],
} as const;
type File = keyof typeof FILES;

/** The server's configuration in that file; which variables it asked for; which it was given. */
const configurationIn = (file: File, given = GIVEN, service: string = FILES[file][0]) => {
  const { environment = {} } = compose(file).services[service]!;
  const env: Record<string, string> = { ...imageEnvironment() };
  for (const [name, value] of Object.entries(environment)) env[name] = filledIn(value, given);
  const asked = new Set<string>();
  const watched = new Proxy(env, {
    get: (target, name: string) => {
      asked.add(name);
      return target[name];
    },
  });
  const configuration = readConfiguration(watched, '/app');
  return { configuration, unknown: Object.keys(env).filter((name) => !asked.has(name)) };
};

describe.each(Object.keys(FILES) as File[])('%s', (file) => {
  const { services, volumes } = compose(file);
  const ours: readonly string[] = FILES[file];

  it.each(ours)('gives %s settings that it knows and takes', (service) => {
    const { configuration, unknown } = configurationIn(file, GIVEN, service);
    expect(unknown).toEqual(['NODE_ENV']); // the frameworks' own
    expect(configuration).toMatchObject({ host: '0.0.0.0', port: 3000, dataFolder: '/data', demo: false, masterKey: KEY });
    expect(configuration.role).toBe(service === 'fremdrift' ? 'all' : service.replace(/-\d$/, ''));
  });

  it('does not start without a master key', () => {
    expect(() => configurationIn(file, { ...GIVEN, FREMDRIFT_MASTER_KEY: '' })).toThrow(/FREMDRIFT_MASTER_KEY is needed/);
  });

  it.each(ours)('locks %s up: nothing to write but its keys, no rights', (service) => {
    const { volumes, tmpfs, ...rest } = services[service]!;
    expect(rest).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
    // Where the keys are in a PostgreSQL there is nothing to keep.
    const kept = configurationIn(file, GIVEN, service).configuration.keysDatabaseUrl === undefined;
    expect([volumes!.includes('keys:/data'), tmpfs!.some((mount) => mount.startsWith('/data'))]).toEqual([kept, !kept]);
  });

  it('names images by version, waits for services that are there, and keeps data in named volumes', () => {
    for (const [name, service] of Object.entries(services)) {
      if (service.image !== undefined) expect([name, service.image]).toEqual([name, expect.stringMatching(/:\d[\w.]*$/)]);
      for (const other of Object.keys(service.depends_on ?? {})) expect(services).toHaveProperty([other]);
      for (const volume of service.volumes ?? []) {
        const [from = ''] = volume.split(':');
        if (from.startsWith('./')) expect([volume, existsSync(join(ROOT, from))]).toEqual([volume, true]);
        else expect(Object.keys(volumes)).toContain(from);
      }
      // The server's own is in the image.
      if (![...ours, 'certificates'].includes(name)) expect([name, service.healthcheck]).toEqual([name, expect.anything()]);
    }
  });

  it('listens on this machine alone', () => {
    const ports = Object.values(services).flatMap((service) => service.ports ?? []);
    expect(ports.length).toBeGreaterThan(0);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });
});

describe('docker-compose.yml', () => {
  const { services } = compose('docker-compose.yml');

  it('has the log in PostgreSQL, or in KurrentDB when that is asked for', () => {
    expect(configurationIn('docker-compose.yml').configuration.eventStoreUrl).toBeUndefined();
    const example = /EVENT_STORE=(\S+) EVENTSTORE_URL='([^']+)'/.exec(read('docker-compose.yml'))!;
    const given = { ...GIVEN, EVENT_STORE: example[1]!, EVENTSTORE_URL: example[2]! };
    expect(configurationIn('docker-compose.yml', given).configuration.eventStoreUrl).toBe('esdb://kurrentdb:2113?tls=false');
    expect(services['kurrentdb']!.environment).toMatchObject({ KURRENTDB_INSECURE: 'true', KURRENTDB_TELEMETRY_OPTOUT: 'true' });
  });

  it('says at its head what it is not for', () => {
    expect(read('docker-compose.yml')).toMatch(/^# DEVELOPMENT ONLY/);
  });
});

describe('docker-compose.cluster.yml', () => {
  const { services } = compose('docker-compose.cluster.yml');
  const nodes = Object.entries(services).filter(([name]) => name.startsWith('kurrentdb-'));

  it('has three nodes that know each other, with TLS and certificates of their own', () => {
    const addresses = nodes.map(([, { environment }]) => environment!['KURRENTDB_NODE_HOST_ADVERTISE_AS']!);
    expect(new Set(addresses).size).toBe(3);
    expect(services['certificates']).toMatchObject({ command: addresses });
    nodes.forEach(([name, { environment, volumes, ...rest }], n) => {
      expect([name, environment]).toEqual([
        name,
        expect.objectContaining({
          KURRENTDB_CLUSTER_SIZE: '3',
          KURRENTDB_TELEMETRY_OPTOUT: 'true',
          KURRENTDB_REPLICATION_IP: addresses[n],
          KURRENTDB_GOSSIP_SEED: addresses
            .filter((_, other) => other !== n)
            .map((address) => `${address}:2113`)
            .join(','),
        }),
      ]);
      expect(environment).not.toHaveProperty('KURRENTDB_INSECURE');
      expect(volumes).toEqual([
        `${name}:/var/lib/kurrentdb`,
        'ca:/certificates/ca:ro',
        `certificate-${n + 1}:/certificates/node:ro`,
      ]);
      expect(rest).toMatchObject({ networks: { log: { ipv4_address: addresses[n] } } });
    });
    const { eventStoreUrl } = configurationIn('docker-compose.cluster.yml').configuration;
    expect(eventStoreUrl).toBe(
      `esdb://admin:two@${addresses.map((address) => `${address}:2113`).join(',')}?nodePreference=leader&tlsCAFile=/certificates/ca/ca.crt`,
    );
  });

  it('gives the key of the authority to nobody', () => {
    const holders = Object.entries(services).filter(([, { volumes }]) =>
      volumes?.some((volume) => volume.startsWith('authority:')),
    );
    expect(holders.map(([name]) => name)).toEqual(['certificates']);
  });

  it('has several of each half, on the same stores, and the keys apart from everything', () => {
    const all = FILES['docker-compose.cluster.yml'].map((service) => {
      const { configuration } = configurationIn('docker-compose.cluster.yml', GIVEN, service);
      return { ...configuration, role: 'all', migrationsDatabaseUrl: undefined };
    });
    const [first, ...others] = all;
    for (const other of others) expect(other).toEqual(first);
    const { keysDatabaseUrl, databaseUrl } = first!;
    const { hostname, username, password, pathname } = new URL(keysDatabaseUrl!);
    expect(services[hostname]!.environment).toEqual({
      POSTGRES_USER: username,
      POSTGRES_PASSWORD: '${KEYS_POSTGRES_PASSWORD:?is needed}',
      POSTGRES_DB: pathname.slice(1),
    });
    expect(password).toBe('four');
    expect(new URL(databaseUrl!).hostname).not.toBe(hostname);
    const sharing = Object.entries(services).filter(
      ([, { networks = [] }]) => Array.isArray(networks) && networks.includes('keys'),
    );
    expect(sharing.map(([name]) => name)).toEqual([hostname, ...FILES['docker-compose.cluster.yml']]);
    // Two processes cannot have one port.
    const ports = Object.values(services).flatMap((service) => service.ports ?? []);
    expect(new Set(ports).size).toBe(2);
  });

  it('gives the owner of the tables to the workers only: what answers requests signs in as somebody who owns nothing', () => {
    const { POSTGRES_USER } = services['postgres']!.environment!;
    for (const service of FILES['docker-compose.cluster.yml']) {
      const { configuration } = configurationIn('docker-compose.cluster.yml', GIVEN, service);
      const { databaseUrl, migrationsDatabaseUrl, role } = configuration;
      expect(new URL(databaseUrl!).username).not.toBe(POSTGRES_USER);
      const owner = migrationsDatabaseUrl && new URL(migrationsDatabaseUrl);
      expect(owner && [owner.username, owner.password]).toEqual(role === 'worker' ? [POSTGRES_USER, 'one'] : undefined);
      if (owner) expect([owner.host, owner.pathname]).toEqual([new URL(databaseUrl!).host, new URL(databaseUrl!).pathname]);
    }
  });

  it('needs every secret from outside', () => {
    expect(read('docker-compose.cluster.yml')).not.toMatch(/PASSWORD: (?!\$)/);
    for (const name of Object.keys(GIVEN))
      expect([name, read('docker-compose.cluster.yml').includes(`\${${name}:?`)]).toEqual([name, true]);
  });
});

describe('the development realm', () => {
  interface Realm {
    readonly realm: string;
    readonly components: Readonly<Record<string, readonly { readonly config: Readonly<Record<string, readonly string[]>> }[]>>;
    readonly clients: readonly {
      readonly clientId: string;
      readonly protocolMappers: readonly { readonly protocolMapper: string; readonly config: Readonly<Record<string, string>> }[];
    }[];
    readonly users: readonly { readonly id: string; readonly attributes: Readonly<Record<string, readonly string[]>> }[];
  }
  const realm = JSON.parse(read('deploy/keycloak-realm.json')) as Realm;
  const { oidc, firstAdministrator } = configurationIn('docker-compose.yml').configuration as Required<Configuration>;
  /** What Keycloak's mappers put into an access token. */
  const tokenOf = ({ attributes }: Realm['users'][number]) => {
    const token: Record<string, unknown> = {};
    for (const { protocolMapper, config } of realm.clients[0]!.protocolMappers) {
      if (config['access.token.claim'] !== 'true') continue;
      if (protocolMapper === 'oidc-audience-mapper') token['aud'] = config['included.custom.audience'];
      if (protocolMapper === 'oidc-usermodel-attribute-mapper')
        token[config['claim.name']!] = attributes[config['user.attribute']!]?.[0];
      if (protocolMapper === 'oidc-hardcoded-claim-mapper') token[config['claim.name']!] = JSON.parse(config['claim.value']!);
    }
    return token;
  };

  it('is the issuer that the server expects', () => {
    const hostname = compose('docker-compose.yml').services['keycloak']!.environment!['KC_HOSTNAME'];
    expect(oidc.issuer).toBe(`${hostname}/realms/${realm.realm}`);
    // Without TLS keys are taken from loopback only, so the two share a network.
    expect(compose('docker-compose.yml').services['fremdrift']!.network_mode).toBe('service:keycloak');
  });

  it('gives tokens with the audience, a second factor, a role and an organisation', () => {
    const organisations = ['administration', ...DEMO_ORGANISATIONS.map(({ organisationId }) => organisationId)];
    for (const user of realm.users) {
      const token = tokenOf(user);
      expect(token).toMatchObject({ aud: oidc.audience, amr: [oidc.mfaValues[0]] });
      expect(ROLES).toContain(token[oidc.roleClaim]);
      expect(organisations).toContain(token[oidc.organisationClaim]);
    }
  });

  it('has the first administrator', () => {
    const administrator = realm.users.find(({ id }) => id === firstAdministrator)!;
    expect(tokenOf(administrator)).toMatchObject({
      [oidc.roleClaim]: 'administrator',
      [oidc.organisationClaim]: 'administration',
    });
  });

  it('declares the attributes it maps: Keycloak drops others', () => {
    const [profile] = realm.components['org.keycloak.userprofile.UserProfileProvider']!;
    const { attributes } = JSON.parse(profile!.config['kc.user.profile.config']![0]!) as {
      attributes: { name: string; permissions: { edit: string[] } }[];
    };
    for (const claim of [oidc.roleClaim, oidc.organisationClaim])
      expect(attributes.find(({ name }) => name === claim)?.permissions.edit).toEqual(['admin']);
  });
});

describe('the image', () => {
  const dockerfile = read('Dockerfile');
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+)$/gm)].flatMap(([, names]) => names!.split(' ').slice(0, -1));

  it('is made of files that are there, and that .dockerignore lets through', () => {
    const passing = read('.dockerignore').split('\n');
    expect(passing).toContain('*');
    for (const name of copied)
      expect([name, existsSync(join(ROOT, name)), passing.includes(`!${name}`)]).toEqual([name, true, true]);
  });

  it('starts the server, not as root', () => {
    const [, main] = /^CMD \["node", "dist\/(.+)\.js"\]$/m.exec(dockerfile)!;
    expect(existsSync(join(ROOT, `${main}.ts`))).toBe(true);
    const last = dockerfile.slice(dockerfile.lastIndexOf('\nFROM'));
    expect(last).toMatch(/^USER node$/m);
    expect(last.indexOf('USER node')).toBeLessThan(last.indexOf('CMD ["node", "dist'));
  });
});
