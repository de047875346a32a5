import type { DeliveryUpdate } from '../../../src/domain/message.ts';
import { Outbound, type OutboundDeps } from '../../../src/sessions/outbound.ts';
import { ANA, startStorage, type TestStorage } from '../../contracts/storage/support.ts';
import { sqliteIn } from '../../contracts/storage/implementations.ts';
import { testFolder } from '../../harness/test-folder.ts';

const VOTE = { pollId: 'P1', voter: '5491', names: ['5491'], options: ['hoy'], votedAtMs: 7 };
const update = (status: DeliveryUpdate['status']): DeliveryUpdate => ({
  ...{ messageId: 'V1', status, errorCode: null, errorMessage: null },
});

/** A process that learns what became of messages which an earlier one sent. */
function nextProcess({ storage, clock }: TestStorage): (status: DeliveryUpdate['status']) => Promise<void> {
  const { sentMessages: sent, refusals } = storage;
  const history = { progressed: () => Promise.resolve() };
  const metrics = { progressed: () => undefined };
  const outbound = new Outbound({ sent, refusals, history, metrics, clock } as unknown as OutboundDeps);
  return (status) => outbound.progress({ sessionId: ANA, profile: undefined }, update(status));
}

it.each([
  ['is counted when WhatsApp accepts it', ['sent', 'delivered'], 1],
  ['is counted when only its arrival is heard of', ['delivered', 'read'], 1],
  ['is not counted when it failed', ['failed', 'sent'], 0],
] as const)('a vote that an earlier process sent %s', async (_, statuses, count) => {
  await using db = await startStorage(sqliteIn(await testFolder(), null));
  await db.storage.sentMessages.add(ANA, {
    ...{ messageId: 'V1', to: '1@g.us', toNumber: null, content: new Uint8Array(), vote: VOTE },
  });
  await db.reopen();
  const told = nextProcess(db);
  for (const status of statuses) await told(status);
  const { names, ...counted } = VOTE;
  expect(names).toEqual(['5491']);
  expect(await db.storage.pollVotes.of(ANA, 'P1')).toEqual(Array.from({ length: count }, () => counted));
});
