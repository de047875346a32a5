import { startWorld, type World } from '../../harness/world.ts';
import { until, untilTrue } from '../../harness/until.ts';

const ACCOUNT = '5491234567890';
const PERSON = '5490987654321';
const ANSWER_TIMEOUT_MS = 20_000;

interface Entry {
  at: string;
  what: string;
  why: string | null;
}

/** Resolves with the session's timeline once it has an entry like this. */
async function timelineWith(world: World, sessionId: string, entry: { what: string; why: RegExp }): Promise<Entry[]> {
  return until(async () => {
    const { body } = await world.orchestrator.get(`/sessions/${sessionId}/timeline`);
    const entries = body.data as Entry[];
    return entries.some(({ what, why }) => what === entry.what && entry.why.test(why ?? '')) ? entries : undefined;
  });
}

/** Resolves when the account has logged in again and a message sent after that has reached the backend. */
async function untilRepaired(world: World, sessionId: string, logins: number): Promise<void> {
  await world.fastForwardUntil(world.whatsapp.until((whatsapp) => whatsapp.stats().logins > logins));
  await world.orchestrator.until(sessionId, { status: 'connected', reconnecting: false });
  await world.whatsapp.phone(PERSON).sendText(ACCOUNT, 'después');
  expect((await world.backend.next('messages/received')).body).toMatchObject({ message_content: 'después' });
}

/** Advances the clock in steps of 5 s, so that timers that start on the way fire too. */
function advance(world: World, ms: number): void {
  for (let elapsed = 0; elapsed < ms; elapsed += 5_000) world.clock.skip(5_000);
}

describe('a broken connection is reopened, and the timeline says why:', () => {
  it('a frame cannot be decrypted', async () => {
    await using world = await startWorld();
    const { sessionId } = await world.link(world.whatsapp.phone(ACCOUNT));
    const { logins } = world.whatsapp.stats();

    world.whatsapp.fault('bad-frame', { number: ACCOUNT });

    await timelineWith(world, sessionId, { what: 'line_lost', why: /^Baileys failed at message:/ });
    await untilRepaired(world, sessionId, logins);
  });

  it('it is open but silent', async () => {
    await using world = await startWorld();
    const { sessionId } = await world.link(world.whatsapp.phone(ACCOUNT));
    const { logins } = world.whatsapp.stats();

    world.whatsapp.fault('silent-line', { number: ACCOUNT });
    advance(world, 330_000);

    await timelineWith(world, sessionId, { what: 'line_lost', why: /does not answer queries/ });
    await untilRepaired(world, sessionId, logins);
  });

  it('it receives stanzas, but its queries go unanswered', async () => {
    await using world = await startWorld();
    const { sessionId } = await world.link(world.whatsapp.phone(ACCOUNT));
    const { logins } = world.whatsapp.stats();

    world.whatsapp.fault('no-answer', { number: ACCOUNT, xmlns: 'w:p' });
    advance(world, 330_000);

    await timelineWith(world, sessionId, { what: 'line_lost', why: /does not answer queries/ });
    world.whatsapp.clearFaults();
    await untilRepaired(world, sessionId, logins);
  });

  it('WhatsApp refuses again and again to deliver on it', async () => {
    await using world = await startWorld();
    const { sessionId } = await world.link(world.whatsapp.phone(ACCOUNT));
    const { logins } = world.whatsapp.stats();
    world.whatsapp.fault('error-answer', { number: ACCOUNT, xmlns: 'passive', code: 500, times: 2 });

    await world.orchestrator.post(`/sessions/${sessionId}/restart`);

    await timelineWith(world, sessionId, { what: 'line_lost', why: /refused to deliver on this connection/ });
    await untilRepaired(world, sessionId, logins + 1);
  });

  it('the offline queue never ends, even after Baileys was made to continue', async () => {
    await using world = await startWorld();
    world.whatsapp.fault('no-offline-end', { number: ACCOUNT, times: 1 });
    const { sessionId } = await world.link(world.whatsapp.phone(ACCOUNT));
    const { logins } = world.whatsapp.stats();

    advance(world, 60_000);
    await timelineWith(world, sessionId, { what: 'trouble', why: /end of the offline queue in time; continuing/ });
    advance(world, 60_000);

    await timelineWith(world, sessionId, { what: 'line_lost', why: /did not signal the end of the offline queue/ });
    await untilRepaired(world, sessionId, logins);
  });
});

describe.each(['passive', 'encrypt'])('a login whose query "%s" is refused', (xmlns) => {
  it('still receives, without another login', async () => {
    await using world = await startWorld();
    const { sessionId } = await world.link(world.whatsapp.phone(ACCOUNT));
    const { logins } = world.whatsapp.stats();
    world.whatsapp.fault('error-answer', { number: ACCOUNT, xmlns, code: 500, times: 1 });
    await world.orchestrator.post(`/sessions/${sessionId}/restart`);

    await world.whatsapp.phone('5490987654321').sendText(ACCOUNT, 'hola');

    await world.backend.next(({ body }) => body.message_content === 'hola');
    expect(world.whatsapp.stats().logins).toBe(logins + 1);
  });
});

/** Advances the clock by five minutes, when a connection queries WhatsApp, and waits for the answer. */
async function pingAndAwaitAnswer(world: World): Promise<void> {
  world.clock.skip(300_001);
  expect(world.clock.hasTimer(ANSWER_TIMEOUT_MS)).toBe(true);
  await untilTrue(() => Promise.resolve(!world.clock.hasTimer(ANSWER_TIMEOUT_MS)));
}

describe('a connection that gets answers but no messages', () => {
  it('is reopened after an hour and delivers the queued messages, without a status update', async () => {
    await using world = await startWorld({ hasAllPreKeys: true });
    const { sessionId } = await world.link(world.whatsapp.phone(ACCOUNT));
    const { logins } = world.whatsapp.stats();
    const noMessages = world.whatsapp.use({
      name: 'deliver neither messages nor the tokens of their senders',
      onSend(stanza, _client, send) {
        if (stanza.tag !== 'message' && stanza.attrs.type !== 'privacy_token') send(stanza);
      },
    });
    await world.whatsapp.phone(PERSON).sendText(ACCOUNT, 'nadie me oye');

    for (let pings = 0; pings < 11; pings += 1) await pingAndAwaitAnswer(world);
    await world.orchestrator.until(sessionId, { status: 'connected' });
    expect(world.whatsapp.stats().logins).toBe(logins);
    noMessages[Symbol.dispose]();
    world.clock.skip(300_001);

    expect((await world.backend.next('messages/received')).body).toMatchObject({ message_content: 'nadie me oye' });
    const entries = await timelineWith(world, sessionId, { what: 'repaired', why: /No data received for an hour/ });
    expect(entries.map(({ what }) => what)).not.toContain('line_lost');
    expect(world.backend.accepted.filter(({ path }) => path.endsWith('sessions/status-update'))).toEqual([]);
  });
});

describe('a connection stays open', () => {
  it('when its queries are refused: a refusal is an answer', async () => {
    await using world = await startWorld();
    const { sessionId } = await world.link(world.whatsapp.phone(ACCOUNT));
    const { logins } = world.whatsapp.stats();
    const refused = Promise.withResolvers<undefined>();
    world.whatsapp.use({
      name: 'notice the refused query',
      onSend(stanza, _client, send) {
        send(stanza);
        if (stanza.tag === 'iq' && stanza.attrs.type === 'error') refused.resolve(undefined);
      },
    });

    world.whatsapp.fault('error-answer', { number: ACCOUNT, xmlns: 'w:p', code: 429 });
    advance(world, 305_000);
    await refused.promise;
    await world.whatsapp.phone(PERSON).sendText(ACCOUNT, 'sigo acá');
    await world.backend.next('messages/received');
    advance(world, 30_000);

    await world.orchestrator.until(sessionId, { status: 'connected' });
    expect(world.whatsapp.stats().logins).toBe(logins);
  });

  it('after a malformed stanza that any contact could send, and the timeline records it', async () => {
    await using world = await startWorld();
    const { sessionId } = await world.link(world.whatsapp.phone(ACCOUNT));
    const { logins } = world.whatsapp.stats();

    world.whatsapp.fault('odd-stanza', { number: ACCOUNT });

    const entries = await timelineWith(world, sessionId, { what: 'trouble', why: /CB:chatstate/ });
    await world.whatsapp.phone(PERSON).sendText(ACCOUNT, 'sigo acá');
    await world.backend.next('messages/received');
    expect(world.whatsapp.stats().logins).toBe(logins);
    expect(entries.map(({ what }) => what)).not.toContain('line_lost');
  });
});

describe('the timeline', () => {
  it('records the whole history of a session, including a disconnect too short for a status update', async () => {
    await using world = await startWorld();
    const { sessionId } = await world.link(world.whatsapp.phone(ACCOUNT));
    const { logins } = world.whatsapp.stats();

    world.whatsapp.fault('cut', { number: ACCOUNT });
    await world.whatsapp.until((whatsapp) => whatsapp.stats().logins > logins);
    const entries = await timelineWith(world, sessionId, { what: 'repaired', why: /./ });

    expect(entries.map(({ what }) => what)).toEqual([
      ...['created', 'qr_offered', 'paired', 'connected'],
      ...['line_lost', 'repaired'],
    ]);
    expect(entries.at(-1)?.why).toBe(entries.at(-2)?.why);
    expect(entries.map(({ at }) => at)).toEqual(entries.map(({ at }) => at).sort());
    expect(world.backend.accepted.filter(({ path }) => path.endsWith('sessions/status-update'))).toEqual([]);
  });

  it('is a 404 for a session that does not exist', async () => {
    await using world = await startWorld();

    expect(await world.orchestrator.get('/sessions/session_1705312200123_abc123def/timeline')).toMatchObject({
      status: 404,
      body: { error: 'session_not_found' },
    });
  });
});
