import type { IncomingMessage } from 'node:http';
import type { Writable } from 'node:stream';
import type { WASocket } from '@whiskeysockets/baileys';

type Written = (error?: Error | null) => void;

/** Lets the frames that Baileys sends in one go leave together: {@link bundleWrites}. To be called right after the socket is made. */
export function bundleFrames({ ws }: WASocket): void {
  ws.on('upgrade', ({ socket }: IncomingMessage) => bundleWrites(socket));
}

/**
 * Writes what is written in one go in one call of the operating system, which costs more than all that Baileys does for a
 * receipt. It leaves when the running code and its promises are done. So that Baileys goes on until then, it is told at once that
 * a frame is written; it would otherwise be told when the operating system has it, and neither means that it arrives. When the
 * other side does not read, and too much waits, it is told when it has left, as ever.
 */
export function bundleWrites(socket: Writable): void {
  const write = socket.write.bind(socket) as (chunk: Uint8Array, written?: Written) => boolean;
  let isHeld = false;
  const release = (): void => {
    isHeld = false;
    socket.uncork();
  };
  const bundled = (chunk: Uint8Array, written?: Written): boolean => {
    if (!isHeld) {
      isHeld = true;
      socket.cork();
      process.nextTick(release);
    }
    const hasRoom = socket.writable && socket.writableLength + chunk.length < socket.writableHighWaterMark;
    if (!written || !hasRoom) return write(chunk, written);
    queueMicrotask(written);
    return write(chunk);
  };
  socket.write = bundled as typeof socket.write;
}
