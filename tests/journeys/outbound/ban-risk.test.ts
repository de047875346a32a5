import { startWorld, type World } from '../../harness/world.ts';
import { untilTrue } from '../../harness/until.ts';

const ACCOUNT = '5491234567890';
const PEOPLE = ['5491100000001', '5491100000002', '5491100000003', '5491100000004', '5491100000005'] as const;
const STRANGER = '5491100000006';
const ANOTHER = '5491100000007';

const riskOf = async (world: World, sessionId: string) =>
  (await world.orchestrator.get(`/sessions/${sessionId}/risk`)).body.data;

describe('the risk of a session', () => {
  it('follows what it sends and what WhatsApp refuses, and a warm-up plan and a slowdown keep it in bounds', async () => {
    await using world = await startWorld({ environment: { WARM_UP: 'true', SEND_SLOWDOWN: 'auto', SEND_RATE: '600' } });
    const [ana] = [...PEOPLE, STRANGER, ANOTHER].map((number) => world.whatsapp.phone(number));
    const shop = world.whatsapp.phone(ACCOUNT);
    const { sessionId } = await world.link(shop);
    for (const number of PEOPLE.slice(0, 4)) await world.orchestrator.send(sessionId, number, 'hola');
    await ana!.sendText(ACCOUNT, 'hola');
    await world.backend.next('messages/received');

    expect(await riskOf(world, sessionId)).toMatchObject({
      level: 'low',
      reasons: [],
      conversations: { begun_last_day: 4, begun_last_week: 4, answered_last_week: 1, answered_share: 0.25 },
      messages: { last_hour: 4, last_day: 4 },
      refusals: [],
      warm_up: { day: 1, budget: 5, used: 4 },
      slowdown: { divisor: 1, faster_at: null },
    });

    shop.trust.lock({ untilMs: world.clock.now() + 3_600_000, isSecret: true });
    expect(await world.orchestrator.send(sessionId, PEOPLE[4], 'hola')).toMatchObject({ status: 403 });
    await untilTrue(async () => (await riskOf(world, sessionId)).refusals.length > 0);

    expect(await riskOf(world, sessionId)).toMatchObject({
      level: 'high',
      refusals: [{ code: '463', count: 1 }],
      slowdown: { divisor: 2, faster_at: expect.any(String) as string },
    });

    shop.trust.unlock();
    await world.orchestrator.until(sessionId, { account_restricted: false });
    expect(await world.orchestrator.send(sessionId, PEOPLE[4], 'hola')).toMatchObject({ status: 200 });
    const beyond = await world.orchestrator.send(sessionId, STRANGER, 'hola');
    expect(beyond).toMatchObject({ status: 429, body: { error: 'rate_limited' } });
    expect(beyond.body.message).toContain('WARM_UP');
    await world.stopOrchestrator();
    await world.startOrchestrator();
    await world.orchestrator.until(sessionId, { status: 'connected' });

    const { reasons, ...after } = await riskOf(world, sessionId);
    expect(reasons).toMatchObject([{ code: 'strangers_refused', level: 'high' }]);
    expect(after).toMatchObject({
      refusals: [{ code: '463', count: 1 }],
      warm_up: { day: 1, budget: 5, used: 5 },
      slowdown: { divisor: 2 },
      limits: expect.arrayContaining([
        expect.objectContaining({ setting: 'NEW_CONVERSATIONS_DAY', limit: 5, used: 5 }),
        expect.objectContaining({ setting: 'SEND_RATE_DAY', limit: null }),
      ]) as object[],
    });

    const stages = [
      { from_day: 1, per_day: 6 },
      { from_day: 3, per_day: null },
    ];
    await world.orchestrator.patch(`/sessions/${sessionId}`, { warm_up: stages });
    expect(await world.orchestrator.send(sessionId, STRANGER, 'hola')).toMatchObject({ status: 200 });
    expect(await riskOf(world, sessionId)).toMatchObject({ warm_up: { day: 1, budget: 6, used: 6, plan: stages } });
    const { status } = await world.orchestrator.send(sessionId, ANOTHER, 'hola');
    await world.orchestrator.patch(`/sessions/${sessionId}`, { warm_up: false });
    expect([status, (await world.orchestrator.send(sessionId, ANOTHER, 'hola')).status]).toEqual([429, 200]);
    expect((await riskOf(world, sessionId)).warm_up).toBeNull();
  });
});
