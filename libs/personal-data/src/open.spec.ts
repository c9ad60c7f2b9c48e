import { randomBytes } from 'node:crypto';
import { access, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestDatabase } from '@app/testing';
import { openKeyStore } from './open.js';

it('keys are in the folder, or where there is a URL in PostgreSQL, and then nothing is in the folder', async () => {
  const root = await mkdtemp(join(tmpdir(), 'keys-'));
  const folder = join(root, 'keys');
  const database = await createTestDatabase();
  try {
    const masterKey = randomBytes(32);
    const options = { folder, masterKey };
    const there = await openKeyStore({ ...options, url: database.url });
    const { keyId, key } = await there.keyFor({ id: 'p-1', scope: 'identity' });
    await there.close();
    await expect(access(folder)).rejects.toMatchObject({ code: 'ENOENT' });

    const here = await openKeyStore(options);
    expect(await here.find(keyId)).toBeUndefined();
    await here.close();
    expect(await readdir(folder)).toEqual(['keys.dat']);

    const again = await openKeyStore({ ...options, url: database.url });
    expect(await again.find(keyId)).toEqual(key);
    await again.close();
  } finally {
    await database.drop();
    await rm(root, { recursive: true });
  }
});
