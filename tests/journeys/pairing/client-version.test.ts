import { startWorld, type World } from '../../harness/world.ts';

const FIRST = '5491234567890';
const SECOND = '5491234567891';

/** WhatsApp accepts only a newer client from now on, and every session must log in again. */
function outdate(world: World): void {
  world.whatsapp.clientRevision += 10;
  world.whatsapp.fault('require-version');
  world.whatsapp.fault('cut');
}

function statuses(world: World): string[] {
  return world.backend.accepted
    .filter(({ path }) => path.endsWith('sessions/status-update'))
    .map(({ body }) => body.status as string);
}

describe('a client version that WhatsApp no longer accepts', () => {
  it('is updated from the WhatsApp page for all sessions, without a status update', async () => {
    await using world = await startWorld();
    const first = await world.link(world.whatsapp.phone(FIRST));
    const second = await world.link(world.whatsapp.phone(SECOND));
    const { logins } = world.whatsapp.stats();

    outdate(world);

    await world.whatsapp.until((whatsapp) => whatsapp.stats().logins === logins + 2, { timeoutMs: 25_000 });
    for (const { sessionId } of [first, second]) {
      await world.orchestrator.until(sessionId, { status: 'connected', error_message: null });
    }
    await world.whatsapp.phone(SECOND).sendText(FIRST, 'sigo acá');
    expect((await world.backend.next('messages/received')).body).toMatchObject({ message_content: 'sigo acá' });
    expect(statuses(world)).toEqual([]);
  });

  it('that the operator set is not replaced: the session reports an error that names the setting', async () => {
    await using world = await startWorld({ environment: { WHATSAPP_VERSION: '2.3000.1' } });
    const { sessionId } = await world.link(world.whatsapp.phone(FIRST));

    outdate(world);

    expect((await world.backend.next('sessions/status-update')).body).toMatchObject({
      session_id: sessionId,
      status: 'error',
      error_message: expect.stringContaining('WHATSAPP_VERSION') as string,
    });
  });
});
