import { node } from '../../../simulator/kit/stanza.ts';
import type { Client } from '../../../simulator/transport/client.ts';
import { ASTRAY, straying, WILL_GO_ASTRAY } from '../../chaos/astray.ts';
import { OrchestratorProcess } from '../../harness/orchestrator-process.ts';
import { startWorld } from '../../harness/world.ts';

const ACCOUNT = '5491234567890';

describe('an uncaught exception', () => {
  it('is logged with its session, counted, and closes only its own connection, which is then reopened', async () => {
    await using world = await startWorld({}, { start: false });
    let connection: Client | undefined;
    world.whatsapp.use({
      name: 'remember the connection',
      onStanza: (_, client) => {
        connection = client;
        return false;
      },
    });
    await using orchestrator = await OrchestratorProcess.start({ ...world.environment, ...straying() });
    const { body } = await orchestrator.get('/generate-qr');
    const { sessionId, qrText } = body as { sessionId: string; qrText: string };
    await world.whatsapp.phone(ACCOUNT).scan(qrText);
    await world.backend.next('new-session-connected');
    await world.whatsapp.until((whatsapp) => whatsapp.devices()[0]?.online === true);
    const { logins } = world.whatsapp.stats();

    orchestrator.signal('SIGUSR2');
    await orchestrator.until(WILL_GO_ASTRAY);
    connection?.send(node('presence', { from: '1@lid' }));

    await orchestrator.until('uncaught exception');
    await world.whatsapp.until((whatsapp) => whatsapp.stats().logins > logins);
    const logged = orchestrator.logLines().find(({ msg }) => String(msg).endsWith('uncaught exception'));
    expect(logged).toMatchObject({ sessionId, msg: expect.stringContaining(`[${sessionId}]`) as string });
    expect(logged?.err).toMatchObject({ stack: expect.stringContaining(ASTRAY) as string });
    const { body: health } = await orchestrator.get('/health');
    expect(health.problems).toEqual([expect.stringContaining('1 uncaught exception ') as string]);
    const { body: timeline } = await orchestrator.get(`/sessions/${sessionId}/timeline`);
    expect(timeline.data).toContainEqual({
      at: expect.any(String) as string,
      what: 'line_lost',
      why: expect.stringContaining('Baileys failed') as string,
    });
  });
});
