import { EventEmitter } from 'node:events';
import type { WASocket } from '@whiskeysockets/baileys';
import { canSend, watchHandshake } from '../../../src/whatsapp/baileys/handshake.ts';
import { unlinkDevice } from '../../../src/whatsapp/connection/logout.ts';
import { Queries } from '../../../src/whatsapp/query/queries.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

/** A socket whose WebSocket is open, and the stanzas that would have left. */
function openSocket() {
  const sent: unknown[] = [];
  const ws = Object.assign(new EventEmitter(), { isOpen: true });
  const query = (stanza: unknown) => Promise.resolve(sent.push(stanza));
  const authState = { creds: { me: { id: '5491100000000:1@s.whatsapp.net' } } };
  const socket = { ws, query, authState } as unknown as WASocket;
  watchHandshake(socket);
  return { socket, ws, sent };
}

it('no stanza leaves before the server has sent one: it would not be encrypted', async () => {
  const { socket, ws, sent } = openSocket();
  const withinConnection = <Result>(work: () => Result): Result => work();
  const queries = new Queries({ socket: () => socket, withinConnection, clock: new ManualClock() });
  const ask = () => queries.ask(({ query }) => query({ tag: 'iq', attrs: {} }) as Promise<unknown>);

  ws.emit('frame', new Uint8Array([0x1a, 0x00]));
  expect(canSend(socket)).toBe(false);
  await expect(ask()).rejects.toMatchObject({ code: 'session_not_connected' });
  await expect(unlinkDevice(socket)).rejects.toThrow('not open yet');
  expect(sent).toEqual([]);

  ws.emit('frame', { tag: 'success', attrs: {} });
  expect(canSend(socket)).toBe(true);
  await ask();
  await unlinkDevice(socket);
  expect(sent).toHaveLength(2);
  ws.isOpen = false;
  expect(canSend(socket)).toBe(false);
});
