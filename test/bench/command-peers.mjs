// What a command is compared with, each as its own process: `bare`, one INSERT; `emmett`, read, decide and append with emmett.
// Prints `listening <port>`.
import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { Body, Controller, Module, Param, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import pg from 'pg';
import { emmett, sealedEvent } from './parts.mjs';

const [kind, url] = process.argv.slice(2);

const bare = async () => {
  const pool = new pg.Pool({ connectionString: url, max: 32 });
  await pool.query(`create table if not exists commands (
    position bigint generated always as identity primary key, stream text not null, id uuid not null, data text not null)`);
  return async (caseId, body) => {
    const { id, data } = sealedEvent();
    const values = [caseId, id, JSON.stringify({ ...data, deadline: body.deadline })];
    const { rows } = await pool.query({
      name: 'insert',
      text: 'insert into commands (stream, id, data) values ($1, $2, $3) returning position',
      values,
    });
    return { id, position: rows[0].position };
  };
};

const onEmmett = async () => {
  const { getPostgreSQLEventStore } = await emmett();
  const { CommandHandler } = await emmett('emmett');
  const pool = new pg.Pool({ connectionString: url, max: 32 });
  const store = getPostgreSQLEventStore(url, { connectionOptions: { pool, pooled: true } });
  await store.schema.migrate();
  const evolve = (state, { type, data }) => (type === 'ActionAgreed' ? { open: state.open + 1, last: data.actionId } : state);
  const handle = CommandHandler({ evolve, initialState: () => ({ open: 0 }) });
  return async (caseId, body) => {
    const { data, metadata } = sealedEvent();
    const actionId = randomUUID();
    const decide = () => ({ type: 'ActionAgreed', data: { ...data, actionId, deadline: body.deadline }, metadata });
    const { nextExpectedStreamVersion } = await handle(store, `case-${caseId}`, decide);
    return { id: actionId, revision: String(nextExpectedStreamVersion) };
  };
};

const agree = await (kind === 'bare' ? bare() : onEmmett());

class Actions {
  agree(caseId, body) {
    return agree(caseId, body);
  }
}
const method = [Actions.prototype, 'agree', Object.getOwnPropertyDescriptor(Actions.prototype, 'agree')];
Post('cases/:caseId/actions')(...method);
Param('caseId')(Actions.prototype, 'agree', 0);
Body()(Actions.prototype, 'agree', 1);
Controller('api')(Actions);
class App {}
Module({ controllers: [Actions] })(App);

const app = await NestFactory.create(App, new FastifyAdapter(), { logger: false });
await app.listen(0, '127.0.0.1');
console.log(`listening ${app.getHttpServer().address().port}`);
