import type { Phone } from '../../../simulator/phones/phone.ts';
import type { Client } from '../../../simulator/transport/client.ts';
import { changeStored } from '../../harness/stored.ts';
import { startWorld, type World } from '../../harness/world.ts';

const ACCOUNT = '5491234567890';
const ELDER = 'session_1_elder';

/** What the backend accepted besides QRs: `[path, session, status]`. */
function told(world: World): unknown[][] {
  const accepted = world.backend.accepted.filter(({ path }) => !path.endsWith('qr-update'));
  return accepted.map(({ path, body: { session_id: id, status } }) => [path.split('/').pop(), id, status]);
}

/** Scans the QR of a new session, without waiting for what follows. Returns the new id. */
async function scan(world: World, phone: Phone): Promise<string> {
  const { body } = await world.orchestrator.get('/generate-qr');
  await phone.scan(body.qrText as string);
  return body.sessionId as string;
}

/** Resolves when a text to the account has arrived under this session. */
async function untilReceives(world: World, sessionId: string, text: string): Promise<void> {
  await world.whatsapp.phone('5490987654321', 'Juan').sendText(ACCOUNT, text);
  await world.backend.next(({ body }) => body.session_id === sessionId && body.message_content === text);
}

const devices = (world: World) => world.whatsapp.devices().map(({ jid }) => jid);

/**
 * Texts to the account's first device wait at WhatsApp until that device asks for something once its successor is linked: the
 * latest moment at which they can still arrive.
 */
function holdTexts({ whatsapp }: World): void {
  const held: (() => void)[] = [];
  const isElder = ({ device }: Client) => device?.device === 1;
  whatsapp.use({
    name: 'deliver late',
    onSend(stanza, client, send) {
      if (stanza.tag === 'message' && isElder(client)) held.push(() => send(stanza));
      else send(stanza);
    },
    onStanza({ tag }, client) {
      if (tag === 'iq' && isElder(client) && whatsapp.devices().length === 2) held.splice(0).forEach((send) => send());
      return false;
    },
  });
}

describe('an account that is linked again', () => {
  it('receives what WhatsApp still had for the device before', async () => {
    await using world = await startWorld();
    const phone = world.whatsapp.phone(ACCOUNT);
    const { sessionId } = await world.link(phone);
    await untilReceives(world, sessionId, 'antes');
    holdTexts(world);
    const texts = Array.from({ length: 20 }, (_, index) => `texto ${index + 1}`);
    for (const text of texts) await world.whatsapp.phone('5490987654321').sendText(ACCOUNT, text);

    const newer = await scan(world, phone);

    await world.orchestrator.until(newer, { session_id: sessionId, whatsapp_user_id: `${ACCOUNT}:2@s.whatsapp.net` });
    await untilReceives(world, sessionId, 'después');
    const received = world.backend.accepted.filter(({ path }) => path.endsWith('messages/received'));
    expect(received.map(({ body }) => body.message_content)).toEqual(['antes', ...texts, 'después']);
  });

  it('keeps its session, which goes on with the new device alone; the backend gets a status update', async () => {
    await using world = await startWorld();
    const phone = world.whatsapp.phone(ACCOUNT);
    const { sessionId } = await world.link(phone);
    const newer = await scan(world, phone);
    await world.orchestrator.until(newer, { session_id: sessionId, whatsapp_user_id: `${ACCOUNT}:2@s.whatsapp.net` });

    await world.backend.next('sessions/status-update');
    await untilReceives(world, sessionId, 'hola');
    expect(devices(world)).toEqual([`${ACCOUNT}:2@s.whatsapp.net`]);
    expect((await world.orchestrator.get('/sessions')).body.data).toMatchObject([{ session_id: sessionId }]);
    expect(told(world)).toEqual([
      ['new-session-connected', sessionId, 'connected'],
      ['status-update', sessionId, 'connected'],
      ['received', sessionId, undefined],
    ]);
    expect(await world.orchestrator.send(newer, '5490987654321', 'aquí')).toMatchObject({ status: 200 });

    await world.stopOrchestrator();
    await world.startOrchestrator();
    await world.orchestrator.until(newer, { session_id: sessionId, status: 'connected' });
  });

  it('says "connecting" until a session that had ended is connected again', async () => {
    await using world = await startWorld();
    const phone = world.whatsapp.phone(ACCOUNT);
    const { sessionId } = await world.link(phone);
    await phone.unlink();
    await world.orchestrator.until(sessionId, { status: 'disconnected', reconnecting: false });

    await scan(world, phone);

    await world.backend.next(({ path, body }) => path.endsWith('status-update') && body.status === 'connected');
    await untilReceives(world, sessionId, 'hola');
    expect(told(world).slice(1, 4)).toEqual([
      ['status-update', sessionId, 'disconnected'],
      ['status-update', sessionId, 'connecting'],
      ['status-update', sessionId, 'connected'],
    ]);
  });

  it('is one session even if two of its QRs are scanned at once', async () => {
    await using world = await startWorld();
    const phone = world.whatsapp.phone(ACCOUNT);
    const ids = await Promise.all([scan(world, phone), scan(world, phone)]);

    await world.orchestrator.untilSessions(1);
    const [{ session_id: id }] = (await world.orchestrator.get('/sessions')).body.data as [{ session_id: string }];
    await untilReceives(world, id, 'hola');
    for (const each of ids) await world.orchestrator.until(each, { session_id: id, status: 'connected' });
    expect(devices(world)).toHaveLength(1);
    expect(told(world).filter(([kind]) => kind === 'new-session-connected')).toHaveLength(1);
  });

  it('has the same id after it was deleted, and is announced again', async () => {
    await using world = await startWorld();
    const phone = world.whatsapp.phone(ACCOUNT);
    const { sessionId } = await world.link(phone);
    await world.orchestrator.delete(`/sessions/${sessionId}`);

    const newer = await scan(world, phone);

    await world.backend.next('new-session-connected');
    await untilReceives(world, sessionId, 'hola');
    expect(told(world)).toEqual([
      ['new-session-connected', sessionId, 'connected'],
      ['status-update', sessionId, 'disconnected'],
      ['new-session-connected', sessionId, 'connected'],
      ['received', sessionId, undefined],
    ]);
    await world.orchestrator.delete(`/sessions/${newer}`);
    expect(await world.orchestrator.get(`/sessions/${sessionId}`)).toMatchObject({ status: 404 });
  });

  it('leaves alone the accounts of other numbers', async () => {
    await using world = await startWorld();
    const first = await world.link(world.whatsapp.phone(ACCOUNT));
    await world.orchestrator.delete(`/sessions/${first.sessionId}`);

    const other = await world.link(world.whatsapp.phone('5491100000001'));

    expect(other.sessionId).not.toBe(first.sessionId);
    expect(other.announcement.body).toMatchObject({ session_id: other.sessionId, phone_number: '5491100000001' });
  });

  it.each([
    ['before the pairing was stored', `phase = 'pairing', phone_number = NULL, whatsapp_user_id = NULL`],
    ['before the first login', `phase = 'linking'`],
  ])('keeps its session id although the process ended %s', async (_when, row) => {
    await using world = await startWorld();
    const { sessionId } = await world.link(world.whatsapp.phone(ACCOUNT));
    await world.stopOrchestrator();
    await changeStored(
      world.authDir,
      `UPDATE sessions SET announced = FALSE, ${row};
      UPDATE account_ids SET session_id = '${ELDER}';
      INSERT INTO sessions (session_id, phase, phone_number, whatsapp_user_id, announced, created_at_ms, updated_at_ms)
        VALUES ('${ELDER}', 'closed', '${ACCOUNT}', '${ACCOUNT}:9@s.whatsapp.net', TRUE, 1, 1)`,
    );
    await world.whatsapp.phone('5490987654321', 'Juan').sendText(ACCOUNT, 'mientras tanto');

    await world.startOrchestrator();

    await world.backend.next(({ body }) => body.session_id === ELDER && body.message_content === 'mientras tanto');
    await world.orchestrator.until(sessionId, { session_id: ELDER, status: 'connected' });
    await world.orchestrator.untilSessions(1);
  });
});
