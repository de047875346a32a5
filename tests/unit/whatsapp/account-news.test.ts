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
    // In its turn, as a connection does.
    emit: (make) => void made.push(Promise.resolve().then(make)),
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

describe('labels', () => {
  type Association = BaileysEventMap['labels.association'];
  const label = { id: '7', name: 'Pagado', color: 3, deleted: false };
  const on = (more: object = {}): Association => ({
    type: 'add',
    association: { type: 'label_jid' as never, chatId: ANA, labelId: '7', ...more },
  });
  const edited = { what: 'edited', label: { labelId: '7', name: 'Pagado', color: 3, predefinedId: null } };

  it.each([
    ['first', { isWhole: true, isNews: false }],
    ['change', { isWhole: false, isNews: true }],
  ] as const)('of a %s state come together, in order', async (from, told) => {
    const { tell, news } = startNews(from);
    tell('labels.edit', label);
    tell('labels.association', on());
    tell('labels.association', { ...on({ messageId: 'M1' }), type: 'remove' });
    tell('labels.edit', { ...label, id: '8', deleted: true });
    const item = { labelId: '7', chatId: ANA, messageId: null };
    expect(await news()).toEqual([
      {
        ...{ what: 'labels', ...told },
        changes: [
          edited,
          { what: 'labeled', item, isOn: true },
          { what: 'labeled', item: { ...item, messageId: 'M1' }, isOn: false },
          { what: 'deleted', labelId: '8' },
        ],
      },
    ]);
  });

  it.each([
    ['no id', { ...label, id: undefined }],
    ['an endless id', { ...label, id: '7'.repeat(33) }],
  ])('with %s are none', async (_name, hostile) => {
    const { tell, news } = startNews();
    tell('labels.edit', hostile as typeof label);
    expect(await news()).toEqual([]);
  });

  it.each([
    ['a channel', { chatId: '120363012345678901@newsletter' }],
    ['an endless chat', { chatId: `${'1'.repeat(100)}@s.whatsapp.net` }],
    ['no chat', { chatId: undefined }],
    ['an endless message', { messageId: 'M'.repeat(129) }],
    ['no message', { messageId: undefined }],
  ])('on %s are none', async (_name, hostile) => {
    const { tell, news } = startNews();
    tell('labels.association', on(hostile));
    expect(await news()).toEqual([]);
  });

  it('are cut to what is plausible', async () => {
    const { tell, news } = startNews();
    const hostile = { ...label, name: '\ud800'.repeat(5_000), color: -1, predefinedId: 'x' };
    tell('labels.edit', hostile);
    for (let count = 0; count < 30_000; count += 1) tell('labels.association', on());
    const [told] = (await news()) as unknown as [{ changes: unknown[] }];
    const cut = { labelId: '7', name: '\ufffd'.repeat(100), color: 0, predefinedId: null };
    expect(told.changes[0]).toEqual({ what: 'edited', label: cut });
    expect(told.changes).toHaveLength(25_000);
  });
});
