/**
 * Loaded into an orchestrator before it starts: after SIGUSR2, the next frame of a connection causes an exception that nobody
 * can catch.
 */
import { EventEmitter } from 'node:events';
import { writeSync } from 'node:fs';
import { WebSocket } from 'ws';
import { ASTRAY, WILL_GO_ASTRAY } from '../astray.ts';

let isDue = false;

process.on('SIGUSR2', () => {
  isDue = true;
  writeSync(2, `${WILL_GO_ASTRAY}\n`);
});

WebSocket.prototype.emit = function (event: string | symbol, ...args: unknown[]) {
  if (isDue && event === 'message') {
    isDue = false;
    void Promise.reject(new Error(ASTRAY));
  }
  return EventEmitter.prototype.emit.call(this, event, ...args);
};
