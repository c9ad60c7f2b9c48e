// An authority and a server's certificate for localhost, made when a spec asks: no key lies in the repository.
import { createSign, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';

const HOUR_MS = 3_600_000;

// DER, as much of it as X.509 needs.
const der = (tag: number, ...parts: readonly Buffer[]): Buffer => {
  const content = Buffer.concat(parts);
  const { length } = content;
  const header = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...header]), content]);
};
const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, ...parts);
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
const utcTime = (at: Date): Buffer => der(0x17, Buffer.from(`${at.toISOString().slice(2, 19).replaceAll(/[-:T]/g, '')}Z`));
const extension = (id: string, value: Buffer): Buffer => sequence(oid(id), der(0x01, Buffer.from([255])), der(0x04, value));

const ECDSA_WITH_SHA256 = sequence(oid('2a8648ce3d040302'));
const nameOf = (commonName: string): Buffer => sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(commonName)))));
const pem = (certificate: Buffer): string =>
  ['-----BEGIN CERTIFICATE-----', ...certificate.toString('base64').match(/.{1,64}/g)!, '-----END CERTIFICATE-----', ''].join(
    '\n',
  );

const certificate = (subject: string, publicKey: KeyObject, signer: KeyObject, issuer: string, extra: Buffer): string => {
  const serial = Buffer.concat([Buffer.from([1]), randomBytes(8)]);
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))), // version 3
    der(0x02, serial),
    ECDSA_WITH_SHA256,
    nameOf(issuer),
    sequence(utcTime(new Date(Date.now() - HOUR_MS)), utcTime(new Date(Date.now() + HOUR_MS))),
    nameOf(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(extra)),
  );
  const signature = createSign('sha256').update(body).sign(signer);
  return pem(sequence(body, ECDSA_WITH_SHA256, der(0x03, Buffer.from([0]), signature)));
};

export interface TestCertificates {
  /** The authority's, PEM. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** Good for an hour, for `localhost`. */
export const createCertificates = (): TestCertificates => {
  const authority = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const server = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const isAuthority = extension('551d13', sequence(der(0x01, Buffer.from([255]))));
  const forLocalhost = extension('551d11', sequence(der(0x82, Buffer.from('localhost'))));
  const name = `Test authority ${randomBytes(4).toString('hex')}`;
  return {
    ca: certificate(name, authority.publicKey, authority.privateKey, name, isAuthority),
    cert: certificate('localhost', server.publicKey, authority.privateKey, name, forLocalhost),
    key: server.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  };
};
