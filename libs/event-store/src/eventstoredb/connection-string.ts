// `esdb://…` taken apart here, not by the client package: it prints options it does not know together with the whole string,
// password and all, ignores some that matter, and takes others that would switch off what this store relies on.
import { readFileSync } from 'node:fs';
import type { ChannelCredentialOptions, DNSClusterOptions, GossipClusterOptions, SingleNodeOptions } from '@eventstore/db-client';

/** The connection string is wrong. The message says what, in one line that follows its name, and repeats no value of it. */
export class ConnectionStringError extends Error {
  override readonly name = 'ConnectionStringError';
}

export interface Connection {
  readonly settings: DNSClusterOptions | GossipClusterOptions | SingleNodeOptions;
  readonly channel: ChannelCredentialOptions;
  readonly user?: { readonly username: string; readonly password: string };
  /** What the names of our streams begin with on the server, which others may use too. */
  readonly streamPrefix: string;
}

const WHOLE = /^esdb(\+discover)?:\/\/(?:([^@/?#]*)@)?([^@/?#]+)\/?(?:\?([^#]*))?$/;
const PREFIX = /^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/;
const HOST = /^([A-Za-z0-9._-]+)(?::(\d{1,5}))?$/;
const DEFAULT_PORT = 2113;
const NUMBERS = ['keepAliveInterval', 'keepAliveTimeout', 'maxDiscoverAttempts', 'discoveryInterval', 'gossipTimeout'] as const;
const FILES = ['tlsCAFile', 'userCertFile', 'userKeyFile'] as const;
const OPTIONS: readonly string[] = [
  'tls',
  'tlsVerifyCert',
  ...FILES,
  'nodePreference',
  'connectionName',
  'streamPrefix',
  ...NUMBERS,
];

const wrong = (problem: string): never => {
  throw new ConnectionStringError(problem);
};
const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return wrong('has a % that is not followed by two hexadecimal digits');
  }
};

const readOptions = (query: string): Record<string, string> => {
  const options: Record<string, string> = {};
  for (const part of query.split('&').filter((text) => text !== '')) {
    const [key = '', value = ''] = part.split(/=(.*)/s);
    const name = OPTIONS.find((option) => option.toLowerCase() === key.toLowerCase());
    if (name === undefined || value === '') return wrong(`takes the options ${OPTIONS.join(', ')}, each with a value`);
    options[name] = decode(value);
  }
  return options;
};

const readHost = (text: string): { address: string; port: number } => {
  const [, address, port] = HOST.exec(text.trim()) ?? wrong('must name its hosts as host:port, separated by commas');
  return { address: address!, port: port === undefined ? DEFAULT_PORT : Number(port) };
};

const readUser = (text: string): Connection['user'] => {
  const [, username, password] = /^([^:]+):([^:]+)$/.exec(text) ?? wrong('must name its user as user:password, percent-encoded');
  return { username: decode(username!), password: decode(password!) };
};

const readFile = (name: string, path: string): Buffer => {
  try {
    return readFileSync(path);
  } catch {
    return wrong(`has a ${name} that cannot be read`);
  }
};

/**
 * `streamPrefix` is this store's own option, all others are the package's.
 * @param text `esdb://user:password@host:2113?tlsCAFile=/ca.crt`; several hosts, or `esdb+discover://`, are a cluster
 * @throws ConnectionStringError
 */
export const parseConnectionString = (text: string): Connection => {
  const [, discover, user, hosts, query] = WHOLE.exec(text.trim()) ?? wrong('must start with esdb:// or esdb+discover://');
  const options = readOptions(query ?? '');
  const { tls = 'true', tlsVerifyCert = 'true', nodePreference = 'leader' } = options;
  const { connectionName = 'fremdrift', streamPrefix = 'fremdrift.' } = options;
  if (tls !== 'true' && tls !== 'false') wrong('takes tls=true or tls=false');
  if (tlsVerifyCert !== 'true') wrong('cannot switch off tlsVerifyCert: name the authority that signed with tlsCAFile');
  if (nodePreference.toLowerCase() !== 'leader') wrong('takes nodePreference=leader only: decisions need the last word');
  if (tls === 'false' && user !== undefined) wrong('names a user with tls=false: the password would not be sent');
  if (!PREFIX.test(streamPrefix)) wrong('takes a streamPrefix of 1-40 letters, digits, dots, dashes and underscores');
  const files = FILES.filter((name) => options[name] !== undefined);
  if (tls === 'false' && files.length > 0) wrong(`names a ${files[0]} with tls=false: it would not be used`);
  if ((options['userCertFile'] === undefined) !== (options['userKeyFile'] === undefined))
    wrong('needs userCertFile and userKeyFile together');
  const numbers: Record<string, number> = {};
  for (const name of NUMBERS) {
    const value = options[name];
    if (value === undefined) continue;
    if (!/^\d{1,9}$/.test(value)) wrong(`takes a whole number as ${name}`);
    numbers[name] = Number(value);
  }
  const [rootCertificate, userCertFile, userKeyFile] = FILES.map((name) => options[name] && readFile(name, options[name]));
  const endpoints = hosts!.split(',').map(readHost);
  const [endpoint] = endpoints;
  const common = { connectionName, ...numbers };
  return {
    settings: discover
      ? { ...common, discover: endpoint!, nodePreference: 'leader' }
      : endpoints.length > 1
        ? { ...common, endpoints, nodePreference: 'leader' }
        : { ...common, endpoint: endpoint! },
    channel: {
      insecure: tls === 'false',
      ...(rootCertificate && { rootCertificate }),
      ...(userCertFile && { userCertFile }),
      ...(userKeyFile && { userKeyFile }),
    },
    ...(user !== undefined && { user: readUser(user) }),
    streamPrefix,
  };
};
