import { once } from 'node:events';
import { connect } from 'node:net';
import { untilTrue } from './until.ts';

/** Resolves when another process listens on this port of 127.0.0.1. */
export function untilListening(port: number): Promise<void> {
  return untilTrue(async () => {
    const socket = connect(port, '127.0.0.1');
    return Promise.race([once(socket, 'connect').then(() => true), once(socket, 'error').then(() => false)])
      .catch(() => false)
      .finally(() => socket.destroy());
  });
}
