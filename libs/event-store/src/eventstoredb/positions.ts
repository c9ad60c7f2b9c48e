// Positions of this store: the server's pair of a commit and a prepare position, in hexadecimal of fixed width.
import type { Position as ServerPosition } from '@eventstore/db-client';
import { ForeignPositionError, START, type Position } from '../port.js';

const WIDTH = 16;
/** What servers before 22.6 give for the events of a stream: none. */
const NONE = 2n ** 63n;

/** @throws Error when the server gave none */
export const toPosition = (position: ServerPosition | undefined): Position => {
  if (!position || position.commit >= NONE)
    throw new Error('EventStoreDB 22.6 or later is needed: this server gives no positions');
  const hex = (part: bigint) => part.toString(16).padStart(WIDTH, '0');
  return `${hex(position.commit)}-${hex(position.prepare)}` as Position;
};

/** @throws ForeignPositionError when it is no position of this store */
export const fromPosition = (position: Position): ServerPosition | 'start' => {
  if (position === START) return 'start';
  const [, commit, prepare] = /^([0-9a-f]{16})-([0-9a-f]{16})$/.exec(position) ?? [];
  if (commit === undefined || prepare === undefined) throw new ForeignPositionError();
  return { commit: BigInt(`0x${commit}`), prepare: BigInt(`0x${prepare}`) };
};
