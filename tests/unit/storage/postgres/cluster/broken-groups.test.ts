import type { SessionId } from '../../../../../src/domain/session-id.ts';
import type { MessageKey } from '../../../../../src/ports/signal.ts';
import { ANA, BEA, record, statusUpdate } from '../../../../contracts/storage/support.ts';
import { afterMessages } from '../../../../harness/postgres-messages.ts';
import type { Break } from '../../../../harness/tcp-relay.ts';
import { type Relayed, throughRelay } from '../../../../harness/through-relay.ts';
import { joined, type TestNode } from './nodes.ts';

const LIMITS = { maxSessions: 0, maxPendingSessions: 9 };
const NOTE = { atMs: 1, what: 'created', why: null } as const;
/** The first pause between two attempts, and how long a group may be under way. */
const PAUSE_MS = 50;
const ANSWER_MS = 7_000;

/** A node that owns two sessions, whose connections to PostgreSQL can be broken. */
const relayed = () =>
  throughRelay(async (url, clock) => {
    const node = await joined(url, 'a', { clock, network: clock });
    for (const sessionId of [ANA, BEA]) await node.storage.sessions.create(record(sessionId), NOTE, LIMITS);
    return node;
  });

/** One group: a step of a ratchet with its journal entry, callbacks of two sessions, and a setting. */
function writeGroup({ storage }: TestNode, number: number): Promise<unknown> {
  const entry = {
    ...{ ciphertextHash: Buffer.from(`hash ${number}`), messageKey: `m${number}` as MessageKey },
    ...{ delivery: `d${number}`, parts: 1, attrs: {}, plaintext: Buffer.from('texto') },
  };
  return Promise.all([
    storage.signalKeys.set(ANA, [{ type: 'session', id: '1', value: `ratchet ${number}` }], entry),
    storage.sessions.commit(record(ANA), [statusUpdate(ANA, `a${number}`)]),
    storage.sessions.commit(record(BEA), [statusUpdate(BEA, `b${number}`)]),
    storage.settings.set('last', `${number}`),
  ]);
}

/** Does not let this process wait: what takes its time is the server. */
async function withoutWaits(
  { clock, relay }: Relayed<TestNode>,
  how: Break['how'],
  promise: Promise<unknown>,
): Promise<void> {
  const state = { isOver: false };
  const settled = promise.finally(() => (state.isOver = true));
  await Promise.race([relay.broken, settled]);
  if (how === 'stall' && !state.isOver) clock.skip(ANSWER_MS);
  while (!state.isOver) {
    if (clock.hasTimer(PAUSE_MS)) clock.skip(PAUSE_MS);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await settled;
}

async function numbersOf({ storage }: TestNode, sessionId: SessionId): Promise<string[]> {
  const rows = await storage.archive.list({ sessionId }, { after: 0, limit: 1_000 });
  return rows.map(({ seq, webhookId }) => `${seq} ${webhookId}`);
}

const CASES = (['to server', 'to client'] as const).flatMap((direction) =>
  (['cut', 'stall'] as const).map((how): Omit<Break, 'reached'> => ({ direction, how })),
);

// Every second message; those at which it is stalled, whose server has to be ended, further apart.
const STEP = { cut: 2, stall: 6 };

describe.each(CASES)('a connection that breaks ($how) within a group on its way $direction', (rule) => {
  it('loses nothing of it, and repeats nothing', async () => {
    await using it = await relayed();
    const { opened: node, relay } = it;
    let groups = 0;
    do {
      const write = writeGroup(node, (groups += 1));
      // Also within a message, but not at each of them.
      relay.breakAt({ ...rule, reached: afterMessages((groups - 1) * STEP[rule.how], groups % 3 === 0 ? 3 : 0) });
      await withoutWaits(it, rule.how, write);
    } while (!relay.isWhole);
    relay.breakAt(undefined);

    const numbers = Array.from({ length: groups }, (_, at) => at + 1);
    expect(groups).toBeGreaterThan(30 / STEP[rule.how]);
    expect(await numbersOf(node, ANA)).toEqual(numbers.map((number) => `${number} a${number}`));
    expect(await numbersOf(node, BEA)).toEqual(numbers.map((number) => `${number} b${number}`));
    expect(await node.storage.settings.get('last')).toBe(`${groups}`);
    expect(await node.storage.signalKeys.get(ANA, 'session', ['1'])).toEqual(new Map([['1', `ratchet ${groups}`]]));
  }, 90_000);
});
