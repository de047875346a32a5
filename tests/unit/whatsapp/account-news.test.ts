import { EventEmitter } from 'node:events';
import type { BaileysEventMap, WASocket } from '@whiskeysockets/baileys';
import type { AccountNews } from '../../../src/domain/account-news.ts';
import type { ConnectionEvent } from '../../../src/ports/connection.ts';
import { watchAccount } from '../../../src/whatsapp/receive/account-news.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

const ANA = '5491122334455@s.whatsapp.net';

/** What a socket tells; `from` says whether it comes from the app state. */
function startNews(from: 'first' | 'change' | 'elsewhere' = 'change') {
  const emitted = from === 'elsewhere' ? undefined : from;
  const clock = new ManualClock();
  const ws = new EventEmitter();
  const socket = { ev: { emit: () => true }, ws, authState: { keys: { get: () => Promise.resolve({}) } } };
  const made: Promise<ConnectionEvent | undefined>[] = [];
  watchAccount({
    ...{ socket: socket as unknown as WASocket, resync: { emitted, cleared: () => undefined }, clock },
    emit: (make) => void made.push(make()),
  });
  const { ev } = socket as unknown as WASocket;
  const tell = <Name extends keyof BaileysEventMap>(name: Name, data: BaileysEventMap[Name]) => ev.emit(name, data);
  const news = async (): Promise<AccountNews[]> =>
    (await Promise.all(made)).flatMap((event) => (event?.kind === 'account-news' ? [event.news] : []));
  const names = async () => (await Promise.all(made)).flatMap((event) => (event?.kind === 'names' ? event.names : []));
  return { clock, ws, tell, news, names };
}

it('a flood is told up to 300 a minute', async () => {
  const { clock, tell, news } = startNews();
  const flood = () => {
    for (let times = 0; times < 1_000; times += 1) {
      tell('presence.update', { id: ANA, presences: { [ANA]: { lastKnownPresence: 'composing' } } });
    }
  };
  flood();
  expect(await news()).toHaveLength(300);
  await clock.advance(60_000);
  flood();
  expect(await news()).toHaveLength(600);
});

it.each([
  ['an endless address', 'x'.repeat(100_000)],
  ['a channel', '120363012345678901@newsletter'],
  ['statuses', 'status@broadcast'],
  ['nothing', ''],
])('nothing is told of %s', async (_name, id) => {
  const { tell, ws, news, names } = startNews();
  tell('presence.update', { id, presences: { [id]: { lastKnownPresence: 'available' } } });
  tell('chats.update', [{ id, archived: true }]);
  tell('contacts.upsert', [{ id, name: 'Ana' }]);
  tell('contacts.update', [{ id, imgUrl: 'changed' }]);
  ws.emit('CB:notification,type:status', { tag: 'notification', attrs: { from: id } });
  expect([await news(), await names()]).toEqual([[], []]);
});

it('values that make no sense are told as none', async () => {
  const { tell, news } = startNews();
  const presence = { lastKnownPresence: 'dancing' as 'composing', lastSeen: 9e30 };
  tell('presence.update', { id: ANA, presences: { [ANA]: presence } });
  tell('chats.update', [{ id: ANA, muteEndTime: 9e30 }]);
  tell('messages.delete', { keys: [{ remoteJid: ANA, id: '\ud800'.repeat(1_000) }] });
  expect(await news()).toMatchObject([
    { presence: 'available', lastSeenMs: null },
    { change: 'muted', mutedUntilMs: 'always' },
    { change: 'message_deleted', messageId: '\ufffd'.repeat(128) },
  ]);
});

it('the names of an address book come together, and are no news at first', async () => {
  const { tell, news, names } = startNews('first');
  for (let index = 0; index < 5; index += 1) tell('contacts.upsert', [{ id: ANA, name: `Ana ${index}` }]);
  tell('chats.update', [{ id: ANA, archived: true }]);
  expect(await names()).toHaveLength(5);
  expect(await news()).toEqual([]);
});

it('what does not come from the app state changes no chat', async () => {
  const { tell, news, names } = startNews('elsewhere');
  tell('chats.update', [{ id: ANA, unreadCount: 1 }]);
  tell('contacts.upsert', [{ id: ANA, name: 'Ana' }]);
  expect([await news(), await names()]).toEqual([[], []]);
});
