import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { ConnectionStringError, parseConnectionString } from './connection-string.js';

const folder = mkdtempSync(join(tmpdir(), 'fremdrift-connection-'));
const ca = join(folder, 'ca file.crt');
writeFileSync(ca, 'CA');
afterAll(() => rmSync(folder, { recursive: true }));

describe('connection string', () => {
  it('names one node, a cluster, or a name under which a cluster is found', () => {
    expect(parseConnectionString('esdb://db.example')).toEqual({
      settings: { connectionName: 'fremdrift', endpoint: { address: 'db.example', port: 2113 } },
      channel: { insecure: false },
      streamPrefix: 'fremdrift.',
    });
    expect(parseConnectionString('esdb://a:1,b,c:3/?nodePreference=Leader&gossipTimeout=2').settings).toEqual({
      connectionName: 'fremdrift',
      nodePreference: 'leader',
      gossipTimeout: 2,
      endpoints: [
        { address: 'a', port: 1 },
        { address: 'b', port: 2113 },
        { address: 'c', port: 3 },
      ],
    });
    expect(parseConnectionString('esdb+discover://cluster.example:2114').settings).toEqual({
      connectionName: 'fremdrift',
      nodePreference: 'leader',
      discover: { address: 'cluster.example', port: 2114 },
    });
  });

  it('holds the user, the authority, a client certificate and the prefix of our streams', () => {
    const file = encodeURIComponent(ca);
    const files = `tlscafile=${file}&userCertFile=${file}&userKeyFile=${file}`;
    expect(parseConnectionString(`esdb://frem%40drift:p%3Aw%2F@localhost?${files}&streamPrefix=t-1.`)).toMatchObject({
      user: { username: 'frem@drift', password: 'p:w/' },
      channel: {
        insecure: false,
        rootCertificate: Buffer.from('CA'),
        userCertFile: Buffer.from('CA'),
        userKeyFile: Buffer.from('CA'),
      },
      streamPrefix: 't-1.',
    });
    expect(parseConnectionString('esdb://localhost?tls=false').channel).toEqual({ insecure: true });
  });

  it.each([
    ['http://localhost', 'must start with esdb://'],
    ['esdb://', 'must start with esdb://'],
    ['esdb://[::1]:2113', 'host:port'],
    ['esdb://a:port', 'host:port'],
    ['esdb://SECRET@localhost', 'user:password'],
    ['esdb://user:SECRET%@localhost', 'two hexadecimal digits'],
    ['esdb://user:SECRET@localhost?tls=false', 'the password would not be sent'],
    ['esdb://user:SECRET@localhost?tls=no', 'tls=true or tls=false'],
    ['esdb://user:SECRET@localhost?tlsVerifyCert=false', 'name the authority that signed with tlsCAFile'],
    ['esdb://user:SECRET@localhost?nodePreference=follower', 'nodePreference=leader only'],
    ['esdb://user:SECRET@localhost?throwOnAppendFailure=false', 'takes the options tls, '],
    ['esdb://user:SECRET@localhost?tls', 'each with a value'],
    ['esdb://user:SECRET@localhost?tlsCAFile=/SECRET/none', 'tlsCAFile that cannot be read'],
    ['esdb://user:SECRET@localhost?userCertFile=/x', 'userCertFile and userKeyFile together'],
    ['esdb://localhost?tls=false&tlsCAFile=/x', 'would not be used'],
    ['esdb://localhost?gossipTimeout=soon', 'whole number as gossipTimeout'],
    ['esdb://localhost?streamPrefix=$SECRET', 'streamPrefix of 1-40'],
  ])('is refused in one line without a secret, and printed nowhere: %s', (text, problem) => {
    const printed = ['log', 'warn', 'error'].map((name) => jest.spyOn(console, name as 'warn').mockReturnValue(undefined));
    let error: unknown;
    try {
      parseConnectionString(text);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(ConnectionStringError);
    const { message } = error as Error;
    expect(message).toContain(problem);
    expect(message).not.toMatch(/SECRET|\n/);
    for (const spy of printed) {
      expect(spy).not.toHaveBeenCalled();
      spy.mockRestore();
    }
  });
});
