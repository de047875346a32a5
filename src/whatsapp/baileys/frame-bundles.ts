import type { IncomingMessage } from 'node:http';
import type { Writable } from 'node:stream';
import type { WASocket } from '@whiskeysockets/baileys';

type Written = (error?: Error | null) => void;

/** What is still to be stored before frames may leave; `undefined` when there is nothing. When it rejects, none leaves any more. */
export type Storing = () => Promise<unknown> | undefined;

/** A frame, and who is to be told that it has left. */
type Frame = [bytes: Uint8Array, written?: Written | undefined];

/**
 * Lets the frames that Baileys sends in one go leave together: {@link bundleWrites}. When it closes the connection, frames that still wait for
 * the storage never leave: it may be out of reach, and nobody may wait for it to close. To be called right after the socket is made.
 */
export function bundleFrames({ ws }: WASocket, storing: Storing): void {
  let giveUp = (): void => undefined;
  ws.on('upgrade', ({ socket }: IncomingMessage) => {
    giveUp = bundleWrites(socket, storing);
  });
  const close = ws.close.bind(ws);
  ws.close = () => {
    giveUp();
    return close();
  };
}

/**
 * Holds frames until two things are done.
 * 1. The running code and its promises: what is written in one go leaves in one call of the operating system, which costs more than all that
 *    Baileys does for a receipt.
 * 2. What was being stored when they were written: a receipt says that a message cannot get lost any more.
 *
 * So that Baileys goes on until then, it is told at once that a frame is written; it would otherwise be told when the operating system has
 * it, and neither means that it arrives. When the other side does not read, and too much waits, it is told when it has left, as ever.
 *
 * Returns what gives up frames that wait for the storage, then and later; what is written after that is held for nothing.
 */
export function bundleWrites(socket: Writable, storing: Storing): () => void {
  const [write, end] = [socket.write.bind(socket), socket.end.bind(socket)] as [typeof socket.write, () => Writable];
  let bundle: Frame[] = [];
  /** The bytes that are held. */
  let held = 0;
  /** The latest bundle that waits for what is being stored. */
  let last: Promise<void> | undefined;
  let isGivenUp = false;

  const leave = (frames: readonly Frame[]): void => {
    socket.cork();
    for (const [bytes, written] of frames) {
      held -= bytes.length;
      // A socket that has ended refuses it, and breaks for whoever listens.
      if (socket.writable || written) write(bytes, written);
    }
    socket.uncork();
  };
  const release = (): void => {
    const frames = bundle;
    if (frames.length === 0) return;
    bundle = [];
    const stored = storing();
    if (isGivenUp || (!stored && !last)) {
      leave(frames);
      return;
    }
    const mine = Promise.all([last, stored]).then(() => {
      if (!isGivenUp) leave(frames);
    });
    last = mine;
    const left = () => {
      if (last === mine) last = undefined;
    };
    // They stay when it could not be stored: the connection is being closed.
    mine.then(left, () => undefined);
  };
  const hold = (bytes: Uint8Array, written?: Written): boolean => {
    if (bundle.length === 0) process.nextTick(release);
    const hasRoom = socket.writable && socket.writableLength + held + bytes.length < socket.writableHighWaterMark;
    held += bytes.length;
    if (written && hasRoom) queueMicrotask(written);
    bundle.push(hasRoom ? [bytes] : [bytes, written]);
    return hasRoom;
  };
  socket.write = hold as typeof socket.write;
  socket.end = (() => {
    release();
    return end();
  }) as typeof socket.end;
  return () => {
    release();
    isGivenUp = true;
  };
}
