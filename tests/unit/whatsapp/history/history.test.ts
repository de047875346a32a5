import { proto, type WAMessage, type WAMessageKey, type WASocket } from '@whiskeysockets/baileys';
import { EventEmitter } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { deflateSync } from 'node:zlib';
import type { LearnedName } from '../../../../src/domain/person.ts';
import { silentLogger } from '../../../../src/kit/logger.ts';
import { Semaphore } from '../../../../src/kit/semaphore.ts';
import { History } from '../../../../src/whatsapp/history/history.ts';
import { ManualClock } from '../../../harness/manual-clock.ts';
import { untilTrue } from '../../../harness/until.ts';

const { HistorySyncType } = proto.HistorySync;
const { Type } = proto.Message.ProtocolMessage;

/** A history on a socket of which only the events, the keys and the credentials are there. */
function startHistory(places = new Semaphore(1)) {
  const tables: Record<string, Record<string, unknown>> = {};
  const keys = {
    get: (type: string, ids: string[]) =>
      Promise.resolve(Object.fromEntries(ids.flatMap((id) => (tables[type]?.[id] ? [[id, tables[type][id]]] : [])))),
    set: (data: Record<string, Record<string, unknown>>) => {
      for (const [type, values] of Object.entries(data)) tables[type] = { ...tables[type], ...values };
      return Promise.resolve();
    },
  };
  const creds = { processedHistoryMessages: Array.from({ length: 50 }, () => ({})) };
  const storeLIDPNMappings = () => Promise.resolve();
  const lidMapping = { storeLIDPNMappings, getLIDForPN: () => Promise.resolve('111@lid') };
  const ev = new EventEmitter();
  const socket = { ev, authState: { keys, creds }, signalRepository: { lidMapping } } as unknown as WASocket;
  const named: LearnedName[] = [];
  const history = new History(socket, {
    ...{ host: { addressOf: () => undefined }, places, clock: new ManualClock(), log: silentLogger },
    keepsSince: () => Promise.resolve(undefined),
    past: () => undefined,
    named: (names) => named.push(...names),
  });
  return { history, ev, named, tables, creds };
}

function inline(content: Partial<proto.IHistorySync>): WAMessage {
  const bytes = proto.HistorySync.encode({ syncType: HistorySyncType.RECENT, ...content }).finish();
  const historySyncNotification = {
    syncType: HistorySyncType.RECENT,
    initialHistBootstrapInlinePayload: deflateSync(bytes),
  };
  return {
    key: { id: 'A1', fromMe: true },
    message: { protocolMessage: { type: Type.HISTORY_SYNC_NOTIFICATION, historySyncNotification } },
  };
}

const NAMES = { pushnames: [{ id: '111@lid', pushname: 'Juan' }] };

it('keeps the numbers of LIDs, and tokens under the LID with their index, unless there is a newer one', async () => {
  const { ev, tables } = startHistory();
  tables.tctoken = {
    '222@lid': { token: Buffer.from('newer'), timestamp: '9' },
    __index: { token: Buffer.from('["222@lid"]') },
  };
  const token = (name: string) => ({ tcToken: Buffer.from(name), tcTokenTimestamp: 5 });
  const conversations = [
    { id: '549@s.whatsapp.net', lidJid: '111@lid', ...token('given') },
    { id: '222@lid', ...token('older') },
  ];
  ev.emit('messages.upsert', { messages: [inline({ conversations })], type: 'notify' });
  await untilTrue(() => Promise.resolve(tables.tctoken?.['111@lid'] !== undefined));

  expect(tables['lid-mapping']).toEqual({ '549': '111', '111_reverse': '549' });
  expect(tables.tctoken).toMatchObject({
    '111@lid': { token: Buffer.from('given'), timestamp: '5' },
    '222@lid': { token: Buffer.from('newer') },
    __index: { token: Buffer.from('["222@lid","111@lid"]') },
  });
});

it('has Baileys note one earlier part at most, however many there were', () => {
  const { ev, creds } = startHistory();
  ev.emit('messages.upsert', { messages: [inline(NAMES)], type: 'notify' });
  expect(creds.processedHistoryMessages).toHaveLength(1);
});

it('drops parts beyond a hundred that wait, and holds nothing of them', async () => {
  const places = new Semaphore(1);
  const leave = await places.take();
  const { ev, named } = startHistory(places);
  for (let part = 0; part < 150; part += 1) {
    ev.emit('messages.upsert', {
      messages: [inline({ pushnames: [{ id: `${part}@lid`, pushname: 'x' }] })],
      type: 'notify',
    });
  }
  leave();
  await untilTrue(() => Promise.resolve(named.length >= 100));
  await nextTurn();
  expect(named).toHaveLength(100);
});

it('drops what waits once the connection is over', async () => {
  const places = new Semaphore(1);
  const leave = await places.take();
  const { ev, history, named } = startHistory(places);
  ev.emit('messages.upsert', { messages: [inline(NAMES)], type: 'notify' });
  history.end();
  leave();
  // A later task gets the place once the dropped one has left it.
  await places.run(() => Promise.resolve());
  await nextTurn();
  expect(named).toEqual([]);
});

it('leaves nothing of a part reachable once it is read', async () => {
  const { ev, named, history } = startHistory();
  const read = async (): Promise<WeakRef<Uint8Array>> => {
    const message = inline(NAMES);
    const payload = message.message!.protocolMessage!.historySyncNotification!.initialHistBootstrapInlinePayload!;
    ev.emit('messages.upsert', { messages: [message], type: 'notify' });
    await untilTrue(() => Promise.resolve(named.length === 1));
    return new WeakRef(payload);
  };
  const payload = await read();
  const { setFlagsFromString } = await import('node:v8');
  const { runInNewContext } = await import('node:vm');
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  await untilTrue(async () => {
    await nextTurn();
    collect();
    return payload.deref() === undefined;
  });
  expect(history).toBeDefined();
});

it('collects usernames, of contacts and of those who write, and tells each once', async () => {
  const { ev, named } = startHistory();
  const write = (key: WAMessageKey) =>
    ev.emit('messages.upsert', { messages: [{ key, message: { conversation: 'hola' } }], type: 'notify' });
  ev.emit('contacts.upsert', [{ id: '111@lid', name: 'Juan', username: 'juan.pan' }]);
  const group = { remoteJid: '120363@g.us', id: 'A' };
  for (let again = 0; again < 3; again += 1) {
    write({ ...group, participant: '222:4@lid', participantUsername: 'luz' });
    write({ remoteJid: '333@lid', id: 'B', fromMe: true, remoteJidUsername: 'zoe' });
  }
  write({ ...group, participant: '222:4@lid', fromMe: true, participantUsername: 'me' });
  write({ ...group, participantUsername: 'nobody' });
  await nextTurn();

  expect(named).toEqual([
    { person: '111@lid', savedName: 'Juan' },
    { person: '111@lid', username: 'juan.pan' },
    { person: '222@lid', username: 'luz' },
    { person: '333@lid', username: 'zoe' },
  ]);
});

it('collects the names of contacts, and tells each once', async () => {
  const { ev, named } = startHistory();
  ev.emit('contacts.upsert', [{ id: '111@lid', name: 'Juan del pan' }]);
  ev.emit('contacts.upsert', [{ id: '549:3@s.whatsapp.net', name: 'Luz' }]);
  for (let again = 0; again < 3; again += 1) ev.emit('contacts.update', [{ id: '111@lid', notify: 'Juan' }]);
  ev.emit('contacts.update', [{ id: '120363@g.us', notify: 'no' }, { notify: 'no' }, { id: '111@lid' }]);
  await nextTurn();

  expect(named).toEqual([
    { person: '111@lid', savedName: 'Juan del pan' },
    { person: '549', savedName: 'Luz' },
    { person: '111@lid', pushName: 'Juan' },
  ]);
});
