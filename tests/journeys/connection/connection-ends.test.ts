import { node, SERVER } from '../../../simulator/kit/stanza.ts';
import type { FaultOptions } from '../../../simulator/faults/fault-options.ts';
import { untilTrue } from '../../harness/until.ts';
import { startWorld, type World } from '../../harness/world.ts';

const ACCOUNT = '5491234567890';
const HOUR_MS = 3_600_000;

/** Resolves when WhatsApp has seen this many logins. */
async function untilLogins(world: World, times: number): Promise<void> {
  await world.fastForwardUntil(world.whatsapp.until((whatsapp) => whatsapp.stats().logins >= times));
}

/** Another process takes over the connection. Returns how long we wait before we reconnect, in milliseconds. */
async function replace(world: World): Promise<number> {
  const { logins } = world.whatsapp.stats();
  world.whatsapp.fault('stream-error', { number: ACCOUNT, condition: 'replaced' });
  await world.whatsapp.until((whatsapp) => whatsapp.stats().open === 0);
  const lostAtMs = world.clock.now();
  await untilTrue(() => {
    if (world.whatsapp.stats().open === 0) world.clock.skip(1_000);
    return Promise.resolve(world.whatsapp.stats().open > 0);
  });
  const awayMs = world.clock.now() - lostAtMs;
  await world.whatsapp.until((whatsapp) => whatsapp.stats().logins > logins);
  return awayMs;
}

describe('a connection that WhatsApp closes', () => {
  it.each<[string, FaultOptions]>([
    ['500, acknowledgements are missing', { condition: 'ack' }],
    ['500', { code: 500 }],
    ['501', { code: 501 }],
    ['503', { code: 503 }],
    ['516', { code: 516 }],
    ['without a code', {}],
  ])('is reopened with the same credentials: %s', async (_, options) => {
    await using world = await startWorld();
    const { sessionId } = await world.link(world.whatsapp.phone(ACCOUNT));
    const { logins, pairings } = world.whatsapp.stats();

    world.whatsapp.fault('stream-error', { number: ACCOUNT, ...options });

    await untilLogins(world, logins + 1);
    await world.orchestrator.until(sessionId, { status: 'connected' });
    expect(world.whatsapp.stats().pairings).toBe(pairings);
  });

  it.each<[string, FaultOptions]>([
    ['unlinked on the phone', { code: 401, condition: 'device_removed' }],
    ['logged out', { code: 401 }],
  ])('is not reopened: %s', async (_, options) => {
    await using world = await startWorld();
    const { sessionId } = await world.link(world.whatsapp.phone(ACCOUNT));

    world.whatsapp.fault('stream-error', { number: ACCOUNT, ...options });

    await world.orchestrator.until(sessionId, { status: 'disconnected', reconnecting: false });
  });

  it('because the phone is not multi-device ends in an error that says what to do', async () => {
    await using world = await startWorld();
    await world.link(world.whatsapp.phone(ACCOUNT));

    world.whatsapp.fault('downgrade', { number: ACCOUNT });

    expect((await world.backend.next('sessions/status-update')).body).toMatchObject({
      status: 'error',
      error_message: expect.stringContaining('Update WhatsApp on it') as string,
    });
  });
});

describe('a connection that another process takes over', () => {
  it('is retaken only after 30 s, and ends in an error after three takeovers in 15 minutes', async () => {
    await using world = await startWorld();
    const { sessionId } = await world.link(world.whatsapp.phone(ACCOUNT));
    for (const time of ['once', 'twice']) {
      const awayMs = await replace(world);
      expect({ time, isSlow: awayMs >= 30_000 }).toEqual({ time, isSlow: true });
      await world.orchestrator.until(sessionId, { status: 'connected' });
    }

    world.whatsapp.fault('stream-error', { number: ACCOUNT, condition: 'replaced' });

    await world.orchestrator.until(sessionId, { status: 'error' });
    const { body } = await world.orchestrator.post(`/sessions/${sessionId}/restart`);
    expect(body.data).toMatchObject({ status: 'connected', error_message: null });
  });
});

describe('an account that WhatsApp banned for an hour', () => {
  it('makes no login attempt for that hour, even after a restart, and then reconnects by itself', async () => {
    await using world = await startWorld();
    const { sessionId } = await world.link(world.whatsapp.phone(ACCOUNT));
    const { logins } = world.whatsapp.stats();
    world.whatsapp.fault('failure-at-login', { number: ACCOUNT, reason: 402, expire: 3_600, times: 1 });
    world.whatsapp.fault('cut', { number: ACCOUNT });
    expect((await world.backend.next('sessions/status-update')).body).toMatchObject({
      status: 'error',
      error_message: expect.stringContaining('60 minutes') as string,
    });
    await world.stopOrchestrator();
    await world.startOrchestrator();

    world.clock.skip(HOUR_MS - 60_000);
    await world.orchestrator.until(sessionId, { status: 'error' });
    expect(world.whatsapp.stats()).toMatchObject({ logins, open: 0 });
    world.clock.skip(60_000);

    await world.orchestrator.until(sessionId, { status: 'connected', error_message: null });
    const { body } = await world.orchestrator.get(`/sessions/${sessionId}/timeline`);
    expect(body.data.map(({ what }: { what: string }) => what).slice(-3)).toEqual(['failed', 'ban_over', 'repaired']);
  });
});

describe('a session that stays disconnected', () => {
  it('says why its latest attempt failed, not only why it was first lost', async () => {
    await using world = await startWorld();
    await world.link(world.whatsapp.phone(ACCOUNT));
    world.whatsapp.fault('failure-at-login', { number: ACCOUNT, reason: 503 });

    world.whatsapp.fault('cut', { number: ACCOUNT });

    const update = world.backend.next(
      ({ path, body }) => path.endsWith('status-update') && body.status !== 'connected',
    );
    const { body } = await world.fastForwardUntil(update);
    expect(body).toMatchObject({
      status: 'disconnected',
      error_message: expect.stringContaining('not accepting connections') as string,
    });
  });
});

describe('a session that is logged in', () => {
  it.each(['pair-device', 'pair-success'])('ignores a stray <%s>', async (tag) => {
    await using world = await startWorld();
    const { sessionId } = await world.link(world.whatsapp.phone(ACCOUNT));
    const [person, { logins }] = [world.whatsapp.phone('5490987654321'), world.whatsapp.stats()];
    const offer = node('iq', { from: SERVER, type: 'set', id: 'STRAY', xmlns: 'md' }, [
      node(tag, {}, [node('ref', {}, Buffer.from('2@stray')), node('device', { jid: `${ACCOUNT}:9@s.whatsapp.net` })]),
    ]);
    world.whatsapp.use({
      name: 'a stray offer',
      onStanza(stanza, client) {
        if (stanza.tag === 'message') client.send(offer);
        return false;
      },
    });

    expect(await world.orchestrator.send(sessionId, '5490987654321', 'hola')).toMatchObject({ status: 200 });
    await person.sendText(ACCOUNT, 'sigue');

    await world.backend.next(({ body }) => body.message_content === 'sigue');
    await world.orchestrator.until(sessionId, { status: 'connected', phone_number: ACCOUNT });
    expect(world.whatsapp.stats().logins).toBe(logins);
  });
});
