import { startWorld } from '../../harness/world.ts';

const ACCOUNT = '5491234567890';
const REFUSED = 'WhatsApp does not accept this client (400). Check the WHATSAPP_* settings.';

it.each(['foreign-root', 'stolen-certificates'] as const)(
  'a server that only pretends to be WhatsApp learns nothing of us: %s',
  async (fault) => {
    await using world = await startWorld();
    const ana = world.whatsapp.phone('5492211111111');
    const { sessionId, phone } = await world.link(world.whatsapp.phone(ACCOUNT));
    const { logins } = world.whatsapp.stats();
    world.whatsapp.fault(fault);

    world.whatsapp.fault('cut', { number: ACCOUNT });

    await world.fastForwardUntil(world.orchestrator.until(sessionId, { error_message: REFUSED }));
    expect(world.whatsapp.stats().logins).toBe(logins);
    world.whatsapp.clearFaults();
    await world.fastForwardUntil(world.whatsapp.until((whatsapp) => whatsapp.stats().logins > logins));
    await ana.sendText(phone, 'hola');
    expect(await world.backend.next('messages/received')).toMatchObject({ body: { message_content: 'hola' } });
  },
);
