import { startTestBackend } from '../../harness/test-backend.ts';
import { untilTrue } from '../../harness/until.ts';
import { startWorld } from '../../harness/world.ts';

/** How often it looks, and how long an attempt may take. */
const LOOK_MS = 25_000;
const ATTEMPT_MS = 15_000;
const SHOP = '5491122334455';

it('tells the operator that an account was logged out, not again after a restart, and when it is linked again', async () => {
  await using operator = await startTestBackend();
  await using world = await startWorld({ environment: { NOTIFY_URL: operator.url, NOTIFY_AFTER: '1s' } });
  /** So many looks take place: each has ended, and what it sent is answered, before the next one. */
  const look = async (count: number) => {
    for (let at = 0; at <= count; at += 1) {
      await untilTrue(() => Promise.resolve(world.clock.hasTimer(LOOK_MS) && !world.clock.hasTimer(ATTEMPT_MS)));
      if (at < count) world.clock.skip(LOOK_MS);
    }
  };
  const { phone, sessionId } = await world.link(world.whatsapp.phone(SHOP, 'Café Sol'));
  await world.orchestrator.patch(`/sessions/${sessionId}`, { name: 'Shop' });
  await phone.unlink();
  await world.orchestrator.until(sessionId, { status: 'disconnected', reconnecting: false });
  await look(7);
  const { body: begun } = await operator.next();
  expect(begun).toMatchObject({ type: 'attention', began: [{ session_id: sessionId, name: 'Shop' }], over: [] });
  expect(JSON.stringify(begun)).not.toContain(SHOP);

  await world.stopOrchestrator();
  await world.startOrchestrator();
  await look(7);
  await world.orchestrator.post(`/sessions/${sessionId}/relink`);
  await phone.scan((await world.orchestrator.get(`/sessions/${sessionId}/qr`)).body.qrText as string);
  await world.orchestrator.until(sessionId, { status: 'connected' });
  await look(7);
  const { body: over } = await operator.next();

  expect(over).toMatchObject({ type: 'over', began: [], over: [{ session_id: sessionId, status: 'connected' }] });
  expect(operator.received).toHaveLength(2);
});
