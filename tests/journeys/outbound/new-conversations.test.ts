import { node, resultOf, childOf } from '../../../simulator/kit/stanza.ts';
import { untilTrue } from '../../harness/until.ts';
import { startWorld, type World } from '../../harness/world.ts';

const ACCOUNT = '5491234567890';
const FRIEND = '5490987654321';
const STRANGERS = ['5491100000001', '5491100000002', '5491100000003'] as const;
const DAY_MS = 24 * 3_600_000;

/** Links an account and has a friend write to it; the strangers are on WhatsApp but do not write. */
async function linked(world: World): Promise<string> {
  const friend = world.whatsapp.phone(FRIEND);
  for (const stranger of STRANGERS) world.whatsapp.phone(stranger);
  const { sessionId } = await world.link(world.whatsapp.phone(ACCOUNT));
  await friend.sendText(ACCOUNT, 'hola');
  await world.backend.next('messages/received');
  return sessionId;
}

/** Makes WhatsApp answer the query for the account's restriction; `null` means that there is none. */
function restrictedUntil(world: World, untilMs: number | null): void {
  const lock = { is_active: untilMs !== null, time_enforcement_ends: String(Math.floor((untilMs ?? 0) / 1000)) };
  const data = { xwa2_fetch_account_reachout_timelock: lock };
  world.whatsapp.use({
    name: 'answer the restriction query',
    onStanza(stanza, client) {
      if (stanza.attrs.xmlns !== 'w:mex' || !childOf(stanza, 'query')) return false;
      client.send(resultOf(stanza, [node('result', {}, Buffer.from(JSON.stringify({ data })))]));
      return true;
    },
  });
}

/** Skips days without traffic; resolves when the orchestrator has replaced the connection, which might be dead. */
async function daysPass(world: World, days: number): Promise<void> {
  const { logins } = world.whatsapp.stats();
  world.clock.skip(days * DAY_MS);
  await world.whatsapp.until((whatsapp) => whatsapp.stats().logins > logins);
}

describe("WhatsApp's refusal of a new conversation", () => {
  it('restricts the account until the restriction ends, except for people who wrote first', async () => {
    await using world = await startWorld();
    const sessionId = await linked(world);
    const untilMs = world.clock.now() + 2 * DAY_MS;
    restrictedUntil(world, untilMs);
    world.whatsapp.fault('message-error', { code: 463, times: 1 });

    const refused = await world.orchestrator.send(sessionId, STRANGERS[0], 'hola');
    await world.orchestrator.until(sessionId, {
      account_restricted: true,
      restricted_until: new Date(Math.floor(untilMs / 1000) * 1000).toISOString(),
    });
    const { messagesFromClients } = world.whatsapp.stats();
    const next = await world.orchestrator.send(sessionId, STRANGERS[1], 'hola');

    for (const answer of [refused, next]) {
      expect(answer).toMatchObject({ status: 403, body: { error: 'account_restricted' } });
    }
    expect(world.whatsapp.stats().messagesFromClients).toBe(messagesFromClients);
    expect(await world.orchestrator.send(sessionId, FRIEND, 'hola')).toMatchObject({ status: 200 });
    await daysPass(world, 2);
    await world.orchestrator.until(sessionId, { account_restricted: false, restricted_until: null });
    expect(await world.orchestrator.send(sessionId, STRANGERS[1], 'hola')).toMatchObject({ status: 200 });
  });

  it('concerns only this recipient when WhatsApp reports no restriction of the account', async () => {
    await using world = await startWorld();
    const sessionId = await linked(world);
    restrictedUntil(world, null);
    world.whatsapp.fault('message-error', { code: 463, times: 1 });

    await world.orchestrator.send(sessionId, STRANGERS[0], 'hola');

    await untilTrue(async () => {
      const { body } = await world.orchestrator.get(`/sessions/${sessionId}/timeline`);
      return body.data.at(-1).what === 'restricted';
    });
    await world.orchestrator.until(sessionId, { account_restricted: false });
    expect(await world.orchestrator.send(sessionId, STRANGERS[1], 'hola')).toMatchObject({ status: 200 });
  });
});

describe('NEW_CONVERSATIONS_DAY', () => {
  it('allows fewer in the first week, counts across restarts, and exempts people who wrote first', async () => {
    // The account is new: two fifths of the limit apply, which is 2.
    await using world = await startWorld({ environment: { NEW_CONVERSATIONS_DAY: '5' } });
    const sessionId = await linked(world);
    await world.orchestrator.send(sessionId, STRANGERS[0], 'uno');
    await world.orchestrator.send(sessionId, STRANGERS[1], 'dos');
    await world.orchestrator.send(sessionId, STRANGERS[1], 'dos otra vez');
    await world.stopOrchestrator();
    await world.startOrchestrator();
    await world.orchestrator.until(sessionId, { status: 'connected' });

    const third = await world.orchestrator.send(sessionId, STRANGERS[2], 'tres');

    expect(third).toMatchObject({ status: 429, body: { error: 'rate_limited' } });
    expect(await world.orchestrator.send(sessionId, FRIEND, 'hola')).toMatchObject({ status: 200 });
    await daysPass(world, 1);
    expect(await world.orchestrator.send(sessionId, STRANGERS[2], 'tres')).toMatchObject({ status: 200 });
  });
});
