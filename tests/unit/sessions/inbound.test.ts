import { pino } from 'pino';
import { type IncomingMessage } from '../../../src/domain/message.ts';
import { type MessageKey } from '../../../src/domain/signal-ports.ts';
import { Inbound } from '../../../src/sessions/inbound.ts';
import { contentOf } from '../../../src/whatsapp/messages/content.ts';
import { ANA, record, startStorage, type TestStorage } from '../storage/support.ts';

const KEY = '1@lid  A1' as MessageKey;

function message(content: IncomingMessage['content']): IncomingMessage {
  return {
    ...{ id: 'A1', chatId: '1@lid', isGroup: false, groupName: null, fromMe: false, sentAtMs: 0, offline: false },
    sender: { number: null, lid: '1@lid', pushName: 'Juan' },
    content,
  };
}

/** What receives, and what it said of what it received. */
function startInbound(db: TestStorage, { tellOwnMessages = false } = {}) {
  const lines: string[] = [];
  const counted: string[] = [];
  const told: string[] = [];
  const inbound = new Inbound({
    store: db.storage.sessions,
    pollVotes: db.storage.pollVotes,
    awaitedNumbers: db.storage.awaitedNumbers,
    // Nobody wants files.
    media: { wants: () => false, begin: () => undefined },
    metrics: { received: (type, fate) => void counted.push(`${type} ${fate}`) },
    clock: db.clock,
    log: pino({ level: 'info' }, { write: (line: string) => lines.push(line) }),
    tellOwnMessages,
    told: (_, { id }) => void told.push(id),
  });
  return { inbound, lines, counted, told };
}

it('logs the names of what cannot be read once, and nothing else of it', async () => {
  await using db = await startStorage();
  const { inbound, lines } = startInbound(db);
  const unsupported = contentOf('unsupported', { unsupportedKeys: ['bcallMessage'] });

  await inbound.receive(record(ANA), [{ message: message(unsupported), key: KEY }]);
  await inbound.receive(record(ANA), [{ message: message(unsupported), key: KEY }]);
  await inbound.receive(record(ANA), [
    { message: { ...message(contentOf('text', { text: 'secreto' })), id: 'A2' }, key: KEY },
  ]);

  expect(lines.filter((line) => line.includes('bcallMessage'))).toHaveLength(1);
  expect(lines.join('')).not.toContain('secreto');
});

it('counts what comes again, and what nobody wants, apart, and tells of neither', async () => {
  await using db = await startStorage();
  const { inbound, counted, told } = startInbound(db);
  const text = message(contentOf('text', { text: 'hola' }));

  await inbound.receive(record(ANA), [{ message: text, key: KEY }]);
  await inbound.receive(record(ANA), [{ message: text, key: KEY }]);
  await inbound.receive(record(ANA), [{ message: { ...text, id: 'A2', fromMe: true }, key: KEY }]);
  await inbound.receive(record(ANA), [{ message: undefined, key: KEY }]);

  expect(counted).toEqual(['text told', 'text repeated', 'text unwanted']);
  expect(told).toEqual(['A1']);
});

it('stores what came together in its order, once, and without the one that cannot be told', async () => {
  await using db = await startStorage();
  const { inbound, counted } = startInbound(db);
  const text = (id: string, sentAtMs = 0) => ({ ...message(contentOf('text', { text: 'hola' })), id, sentAtMs });
  const together = (...messages: IncomingMessage[]) => messages.map((each) => ({ message: each, key: KEY }));

  const seen = await inbound.receive(record(ANA), together(text('A1'), text('A2'), text('A1'), text('A3')));
  expect(seen.lastSeenMs).toBe(db.clock.now());
  await expect(inbound.receive(seen, together(text('A4'), text('A5', NaN), text('A6')))).rejects.toThrow(
    AggregateError,
  );

  const ids: unknown[] = [];
  for (let it = await db.next(ANA); it; it = await db.next(ANA)) {
    ids.push((JSON.parse(it.body) as { message_id: string }).message_id);
    await db.storage.callbacks.delivered(it, 0);
  }
  expect(ids).toEqual(['A1', 'A2', 'A3', 'A4', 'A6']);
  expect(counted).toEqual(['text told', 'text told', 'text repeated', 'text told', 'text told', 'text told']);
});
