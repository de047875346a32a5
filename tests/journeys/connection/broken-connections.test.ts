import { startWorld, type World } from '../../harness/world.ts';
import { until, untilTrue } from '../../harness/until.ts';

const ACCOUNT = '5491234567890';
const PERSON = '5490987654321';
const ANSWER_LIMIT_MS = 20_000;

interface Entry {
  at: string;
  what: string;
  why: string | null;
}

/** The session's timeline once it has such a note. */
async function timelineWith(world: World, sessionId: string, note: { what: string; why: RegExp }): Promise<Entry[]> {
  return until(async () => {
    const { body } = await world.orchestrator.get(`/sessions/${sessionId}/timeline`);
    const entries = body.data as Entry[];
    return entries.some(({ what, why }) => what === note.what && note.why.test(why ?? '')) ? entries : undefined;
  });
}

/** Resolves when the account is logged in once more, and a message that is written then has arrived. */
async function repaired(world: World, sessionId: string, logins: number): Promise<void> {
  await world.whileTimeFlies(world.whatsapp.until((whatsapp) => whatsapp.stats().logins > logins));
  await world.orchestrator.until(sessionId, { status: 'connected', reconnecting: false });
  await world.whatsapp.phone(PERSON).sendText(ACCOUNT, 'después');
  expect((await world.backend.next('messages/received')).body).toMatchObject({ message_content: 'después' });
}

/** Lets time pass until a watchdog must have acted, in steps that its timers can follow. */
function pass(world: World, ms: number): void {
  for (let passed = 0; passed < ms; passed += 5_000) world.clock.skip(5_000);
}

describe('a line that breaks is opened anew, and the timeline says why', () => {
  it('after a frame that cannot be decrypted', async () => {
    await using world = await startWorld();
    const { sessionId } = await world.link(world.whatsapp.phone(ACCOUNT));
    const { logins } = world.whatsapp.stats();

    world.whatsapp.fault('bad-frame', { number: ACCOUNT });

    await timelineWith(world, sessionId, { what: 'line_lost', why: /^Baileys failed at message:/ });
    await repaired(world, sessionId, logins);
  });

  it('when it is silent although it is open', async () => {
    await using world = await startWorld();
    const { sessionId } = await world.link(world.whatsapp.phone(ACCOUNT));
    const { logins } = world.whatsapp.stats();

    world.whatsapp.fault('silent-line', { number: ACCOUNT });
    pass(world, 330_000);

    await timelineWith(world, sessionId, { what: 'line_lost', why: /does not answer queries/ });
    await repaired(world, sessionId, logins);
  });

  it('when it hears and is not heard: questions are not answered', async () => {
    await using world = await startWorld();
    const { sessionId } = await world.link(world.whatsapp.phone(ACCOUNT));
    const { logins } = world.whatsapp.stats();

    world.whatsapp.fault('no-answer', { number: ACCOUNT, xmlns: 'w:p' });
    pass(world, 330_000);

    await timelineWith(world, sessionId, { what: 'line_lost', why: /does not answer queries/ });
    world.whatsapp.clearFaults();
    await repaired(world, sessionId, logins);
  });

  it('when the end of what had waited is never said, after Baileys was told to go on', async () => {
    await using world = await startWorld();
    world.whatsapp.fault('no-offline-end', { number: ACCOUNT, times: 1 });
    const { sessionId } = await world.link(world.whatsapp.phone(ACCOUNT));
    const { logins } = world.whatsapp.stats();

    pass(world, 60_000);
    await timelineWith(world, sessionId, { what: 'trouble', why: /end of the offline queue in time; continuing/ });
    pass(world, 60_000);

    await timelineWith(world, sessionId, { what: 'line_lost', why: /did not signal the end of the offline queue/ });
    await repaired(world, sessionId, logins);
  });
});

/** Lets five minutes pass, which is when a line asks WhatsApp something, and waits for the answer. */
async function passAndBeAnswered(world: World): Promise<void> {
  world.clock.skip(300_001);
  expect(world.clock.hasTimer(ANSWER_LIMIT_MS)).toBe(true);
  await untilTrue(() => Promise.resolve(!world.clock.hasTimer(ANSWER_LIMIT_MS)));
}

describe('a line that may be deaf: it answers, and nothing comes', () => {
  it('is opened anew after an hour, brings what has waited, and nobody outside sees it', async () => {
    await using world = await startWorld();
    const { sessionId } = await world.link(world.whatsapp.phone(ACCOUNT));
    const { logins } = world.whatsapp.stats();
    const deafness = world.whatsapp.use({
      name: 'deliver no messages',
      onSend(stanza, _client, send) {
        if (stanza.tag !== 'message') send(stanza);
      },
    });
    await world.whatsapp.phone(PERSON).sendText(ACCOUNT, 'nadie me oye');

    for (let pings = 0; pings < 11; pings += 1) await passAndBeAnswered(world);
    await world.orchestrator.until(sessionId, { status: 'connected' });
    expect(world.whatsapp.stats().logins).toBe(logins);
    deafness[Symbol.dispose]();
    world.clock.skip(300_001);

    expect((await world.backend.next('messages/received')).body).toMatchObject({ message_content: 'nadie me oye' });
    const entries = await timelineWith(world, sessionId, { what: 'repaired', why: /No data received for an hour/ });
    expect(entries.map(({ what }) => what)).not.toContain('line_lost');
    expect(world.backend.accepted.filter(({ path }) => path.endsWith('sessions/status-update'))).toEqual([]);
  });
});

describe('a line goes on', () => {
  it('when its questions are refused: a refusal is an answer', async () => {
    await using world = await startWorld();
    const { sessionId } = await world.link(world.whatsapp.phone(ACCOUNT));
    const { logins } = world.whatsapp.stats();
    const refused = Promise.withResolvers<undefined>();
    world.whatsapp.use({
      name: 'notice the probe',
      onSend(stanza, _client, send) {
        send(stanza);
        if (stanza.tag === 'iq' && stanza.attrs.type === 'error') refused.resolve(undefined);
      },
    });

    world.whatsapp.fault('error-answer', { number: ACCOUNT, xmlns: 'w:p', code: 429 });
    pass(world, 305_000);
    await refused.promise;
    await world.whatsapp.phone(PERSON).sendText(ACCOUNT, 'sigo acá');
    await world.backend.next('messages/received');
    pass(world, 30_000);

    await world.orchestrator.until(sessionId, { status: 'connected' });
    expect(world.whatsapp.stats().logins).toBe(logins);
  });

  it('after a malformed stanza that any contact could send, and the timeline has it', async () => {
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

describe('a timeline', () => {
  it('tells of the whole life of a session, also of a loss that nobody outside sees', async () => {
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

  it('of a session that does not exist is refused', async () => {
    await using world = await startWorld();

    expect(await world.orchestrator.get('/sessions/session_1705312200123_abc123def/timeline')).toMatchObject({
      status: 404,
      body: { error: 'session_not_found' },
    });
  });
});
