// What a statement that failed means to whoever asked: the server's refusal, or that nobody answered.
import { UnavailableError } from '@app/event-store';
import pg from 'pg';
import { reaching } from './sql.js';

const failing = (error: object) => reaching(() => Promise.reject(error as Error));
const answered = (code: string) => Object.assign(new pg.DatabaseError('of the server', 1, 'error'), { code });

it.each(['08006', '53100', '53300', '57014', '57P01', '57P03'])('is out of reach when the server says %s', async (code) => {
  await expect(failing(answered(code))).rejects.toThrow(UnavailableError);
  await expect(failing({ driverError: answered(code) })).rejects.toThrow(UnavailableError); // as typeorm wraps it
});
it.each(['EPIPE', 'ECONNRESET', 'ECONNREFUSED'])('is out of reach when the connection says %s', async (code) => {
  await expect(failing(Object.assign(new Error('of the socket'), { code }))).rejects.toThrow(UnavailableError);
});
it('is out of reach when the connection ended without a word', async () => {
  await expect(failing(new Error('Connection terminated unexpectedly'))).rejects.toThrow(UnavailableError);
});
it.each(['42501', '23505', '22P02'])('is what the server says when it is %s', async (code) => {
  await expect(failing(answered(code))).rejects.toMatchObject({ code });
  await expect(failing({ driverError: answered(code) })).rejects.toMatchObject({ driverError: { code } });
});
