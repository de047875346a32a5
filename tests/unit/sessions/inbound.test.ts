import { WantedFurtherEvents } from '../../../src/webhooks/subscriptions/further-events.ts';
import { pino } from 'pino';
import type { IncomingMessage } from '../../../src/domain/message.ts';
import { silentLogger } from '../../../src/kit/logger.ts';
import { Semaphore } from '../../../src/kit/semaphore.ts';
import { Supervisor } from '../../../src/kit/supervisor.ts';
import type { Connection, ConnectionEventHandler } from '../../../src/ports/connection.ts';
import type { MessageKey } from '../../../src/ports/signal.ts';
import { HistoryDays } from '../../../src/sessions/history/history-days.ts';
import { HistoryKeeper } from '../../../src/sessions/history/history-keeper.ts';
import { Inbound } from '../../../src/sessions/inbound.ts';
import type { SessionDeps } from '../../../src/sessions/session-deps.ts';
import { SessionEvents } from '../../../src/sessions/session-events.ts';
import { Session } from '../../../src/sessions/session.ts';
import { contentOf } from '../../../src/whatsapp/messages/content.ts';
import { ANA, record, startStorage, type TestStorage } from '../../contracts/storage/support.ts';
import { fixedRandom } from '../../harness/fixed-random.ts';
import { noMetrics } from '../../harness/no-metrics.ts';

const KEY = '1@lid  A1' as MessageKey;

function message(content: IncomingMessage['content']): IncomingMessage {
  return {
    ...{ id: 'A1', chatId: '1@lid', isGroup: false, groupName: null, fromMe: false, sentAtMs: 0, offline: false },
    sender: { number: null, lid: '1@lid', pushName: 'Juan' },
    content,
  };
}

/** An inbound, with what it logged, counted and announced. */
function startInbound(db: TestStorage, { deliverOwnMessages = false } = {}) {
  const lines: string[] = [];
  const counted: string[] = [];
  const announced: string[] = [];
  const inbound = new Inbound({
    store: db.storage.sessions,
    pollVotes: db.storage.pollVotes,
    awaitedNumbers: db.storage.awaitedNumbers,
    contactNames: db.storage.contactNames,
    furtherEvents: new WantedFurtherEvents(db.storage.furtherEvents),
    history: new HistoryKeeper({
      ...{ store: db.storage.history, days: new HistoryDays(db.storage.history, 0), clock: db.clock },
      personOf: () => Promise.resolve({ number: null, lid: null }),
    }),
    // No downloads.
    media: { wants: () => false, begin: () => undefined },
    metrics: { received: (type, fate) => void counted.push(`${type} ${fate}`) },
    clock: db.clock,
    log: pino({ level: 'info' }, { write: (line: string) => lines.push(line) }),
    deliverOwnMessages,
    onNewMessage: (_, { id }) => void announced.push(id),
  });
  return { inbound, lines, counted, announced };
}

/** The bodies of the waiting webhooks, in order. */
async function webhooksIn(db: TestStorage): Promise<any[]> {
  const bodies: unknown[] = [];
  for (let it = await db.next(ANA); it; it = await db.next(ANA)) {
    bodies.push(JSON.parse(it.body));
    await db.storage.callbacks.delivered(it, 0);
  }
  return bodies;
}

it('logs the field names of an unreadable message once, and nothing else of it', async () => {
  await using db = await startStorage();
  const { inbound, lines } = startInbound(db);
  const unsupported = contentOf('unsupported', { unsupportedKeys: ['bcallMessage'] });

  await inbound.receive(record(ANA), [{ message: message(unsupported), key: KEY, receivedAtMs: 0 }]);
  await inbound.receive(record(ANA), [{ message: message(unsupported), key: KEY, receivedAtMs: 0 }]);
  await inbound.receive(record(ANA), [
    { message: { ...message(contentOf('text', { text: 'secreto' })), id: 'A2' }, key: KEY, receivedAtMs: 0 },
  ]);

  expect(lines.filter((line) => line.includes('bcallMessage'))).toHaveLength(1);
  expect(lines.join('')).not.toContain('secreto');
});

it('counts repeated and unwanted messages apart, and announces neither', async () => {
  await using db = await startStorage();
  const { inbound, counted, announced } = startInbound(db);
  const text = message(contentOf('text', { text: 'hola' }));

  await inbound.receive(record(ANA), [{ message: text, key: KEY, receivedAtMs: 0 }]);
  await inbound.receive(record(ANA), [{ message: text, key: KEY, receivedAtMs: 0 }]);
  await inbound.receive(record(ANA), [{ message: { ...text, id: 'A2', fromMe: true }, key: KEY, receivedAtMs: 0 }]);
  await inbound.receive(record(ANA), [{ message: undefined, key: KEY, receivedAtMs: 0 }]);

  expect(counted).toEqual(['text told', 'text repeated', 'text unwanted']);
  expect(announced).toEqual(['A1']);
});

it('stores messages that arrive together in order, once, and without the one that fails', async () => {
  await using db = await startStorage();
  const { inbound, counted } = startInbound(db);
  const text = (id: string, sentAtMs = 0) => ({ ...message(contentOf('text', { text: 'hola' })), id, sentAtMs });
  const together = (...messages: IncomingMessage[]) =>
    messages.map((each) => ({ message: each, key: KEY, receivedAtMs: 0 }));

  const seen = await inbound.receive(record(ANA), together(text('A1'), text('A2'), text('A1'), text('A3')));
  expect(seen.lastSeenMs).toBe(db.clock.now());
  await expect(inbound.receive(seen, together(text('A4'), text('A5', NaN), text('A6')))).rejects.toThrow(
    AggregateError,
  );

  expect((await webhooksIn(db)).map(({ message_id: id }) => id)).toEqual(['A1', 'A2', 'A3', 'A4', 'A6']);
  expect(counted).toEqual(['text told', 'text told', 'text repeated', 'text told', 'text told', 'text told']);
});

describe('messages that arrive while others wait for their turn', () => {
  const text = (id: string): IncomingMessage => ({ ...message(contentOf('text', { text: 'hola' })), id });
  const vote = (id: string, lid: string): IncomingMessage => {
    const poll = { message_id: 'P1', name: '¿Cuándo?', options: ['hoy'], selectable_count: 0, selected: ['hoy'] };
    const cast = { pollId: 'P1', options: ['hoy'], votedAtMs: 1 };
    const content = contentOf('poll_vote', { poll: { ...poll, results: null }, vote: cast });
    return { ...message(content), id, sender: { number: null, lid, pushName: null } };
  };

  /** A session with a connection, what it received together, and a way to wait until it has received everything. */
  async function startSession(db: TestStorage) {
    const { inbound } = startInbound(db);
    const together: string[][] = [];
    const receive = inbound.receive.bind(inbound);
    inbound.receive = (before, arrivals) => {
      together.push(arrivals.map((arrival) => arrival.message?.id ?? ''));
      return receive(before, arrivals);
    };
    const opened = Promise.withResolvers<ConnectionEventHandler>();
    const connector = {
      open(_: unknown, onEvent: ConnectionEventHandler) {
        opened.resolve(onEvent);
        return {} as Connection;
      },
    };
    const supervisor = new Supervisor(silentLogger);
    const { clock } = db;
    const session = new Session(record(ANA, { phase: 'lost', announced: true }), {
      ...{ store: db.storage.sessions, connector, clock, supervisor, metrics: noMetrics, log: silentLogger },
      ...{
        connecting: { logins: new Semaphore(1), pairings: new Semaphore(1) },
        random: fixedRandom(0),
        sessionEvents: new SessionEvents(),
      },
      inbound,
    } as unknown as SessionDeps);
    session.resume();
    const happens = await opened.promise;
    const comes = (...messages: IncomingMessage[]) =>
      messages.forEach((each) => happens({ kind: 'message', message: each, key: KEY, receivedAtMs: 0 }));
    return { together, comes, happens, settled: () => supervisor.idle() };
  }

  it('share it, fifty at most, as long as no other event comes in between', async () => {
    await using db = await startStorage();
    const { together, comes, happens, settled } = await startSession(db);
    const many = Array.from({ length: 53 }, (_, at) => `A${at + 1}`);

    comes(...many.map(text));
    happens({ kind: 'numbers', numbers: new Map() });
    comes(text('B1'), text('B2'));
    await settled();
    comes(text('C1'));
    await settled();

    expect(together).toEqual([many.slice(0, 50), many.slice(50), ['B1', 'B2'], ['C1']]);
    expect(await webhooksIn(db)).toHaveLength(56);
  });

  it('do not share it with a vote, so that each vote counts those before it', async () => {
    await using db = await startStorage();
    const { together, comes, settled } = await startSession(db);

    comes(text('A1'), text('A2'), vote('V1', '1@lid'), vote('V2', '2@lid'), text('A3'), vote('V3', '3@lid'));
    await settled();

    expect(together).toEqual([['A1', 'A2'], ['V1'], ['V2'], ['A3'], ['V3']]);
    const results = (await webhooksIn(db)).flatMap(({ poll }) => poll?.results ?? []);
    expect(results.map(({ voters }) => voters)).toEqual([['1@lid'], ['1@lid', '2@lid'], ['1@lid', '2@lid', '3@lid']]);
  });
});
