import { type SessionId } from '../../../src/domain/session-id.ts';
import { ANA, BEA, ids, startWorld, type World } from './support.ts';

async function idOf(world: World, webhookId: string): Promise<number> {
  const all = await world.archive.list({}, { after: 0, limit: 500 });
  return all.find((it) => it.webhookId === webhookId)!.id;
}

/** Everything of the session that was stored until now. */
function spanOf(world: World, sessionId: SessionId) {
  return { sessionId, sinceMs: 0, untilMs: world.clock.now() };
}

describe('a callback that somebody asks for again', () => {
  it('is tried at once, though its session waits for its next try', async () => {
    await using world = await startWorld();
    world.backend.answerWith(500);
    await world.startNotifier({ retries: 10 });
    await world.happens(ANA, 'a1');
    await world.clock.untilTimer(500);
    world.backend.recovers();

    await world.archive.retry(await idOf(world, 'a1'));

    await world.untilAllDelivered();
    expect(ids(world.backend.received)).toEqual(['a1', 'a1', 'a1']);
    expect(world.clock.timers).toEqual([]);
  });

  it('has its usual pause again when it fails once more', async () => {
    await using world = await startWorld();
    world.backend.answerWith(500);
    await world.startNotifier({ retries: 10 });
    await world.happens(ANA, 'a1');
    await world.clock.untilTimer(500);

    await world.archive.retry(await idOf(world, 'a1'));

    await world.clock.untilTimer(1_000);
    expect(ids(world.backend.received)).toEqual(['a1', 'a1', 'a1']);
  });

  it('is tried again at once when the post that was on its way fails', async () => {
    await using world = await startWorld();
    const answers: ((status: number) => void)[] = [];
    world.backend.answerWith(() => new Promise<number>((resolve) => answers.push(resolve)));
    await world.startNotifier({ retries: 10 });
    await world.happens(ANA, 'a1');
    // No pause follows the first try, one follows the second.
    await world.backend.next('', { evenRefused: true });
    answers[0]!(500);
    await world.backend.next('', { evenRefused: true });
    await world.archive.retry(await idOf(world, 'a1'));
    world.backend.recovers();
    answers[1]!(500);

    await world.untilAllDelivered();
    expect(ids(world.backend.received)).toEqual(['a1', 'a1', 'a1']);
    expect(world.clock.timers).toEqual([]);
  });

  it('is posted though its session had nothing more to do', async () => {
    await using world = await startWorld();
    await world.happens(ANA, 'a1', 'a2');
    await world.queue.dead((await world.queue.next(ANA))!, 'only this delivery fails', world.clock.now());
    await world.startNotifier();
    await world.untilAllDelivered();

    await world.archive.retry(await idOf(world, 'a1'));

    await world.untilAllDelivered();
    expect(ids(world.backend.accepted)).toEqual(['a2', 'a1']);
  });

  it('comes with the same id, number and body when it is replayed, in order, and only its session does', async () => {
    await using world = await startWorld();
    await world.startNotifier();
    await world.happens(ANA, 'a1', 'a2');
    await world.happens(BEA, 'b1');
    await world.untilAllDelivered();
    const told = () => world.backend.accepted.filter(({ body }) => body.session_id === ANA);
    const first = told();

    expect(await world.archive.replay(spanOf(world, ANA))).toBe(2);

    await world.untilAllDelivered();
    const all = told();
    expect(ids(all)).toEqual(['a1', 'a2', 'a1', 'a2']);
    for (const [at, { text, headers }] of all.slice(2).entries()) {
      expect(text).toBe(first[at]!.text);
      expect(headers['x-session-seq']).toBe(first[at]!.headers['x-session-seq']);
    }
    expect(ids(world.backend.received).filter((it) => it === 'b1')).toEqual(['b1']);
  });
});
