import { isIq } from '../../../simulator/behaviours/answer-iq.ts';
import { node, resultOf } from '../../../simulator/kit/stanza.ts';
import type { Phone } from '../../../simulator/phones/phone.ts';
import { startWorld, type World } from '../../harness/world.ts';

const ACCOUNT = '5491234567890';
const STRANGERS = ['5491100000001', '5491100000002', '5491100000003'] as const;
const inDays = (days: number): number => Math.floor(Date.now() / 1000 + days * 86_400) * 1000;

async function linked(world: World): Promise<{ sessionId: string; shop: Phone }> {
  for (const stranger of STRANGERS) world.whatsapp.phone(stranger);
  const shop = world.whatsapp.phone(ACCOUNT);
  return { sessionId: (await world.link(shop)).sessionId, shop };
}

describe('the right to begin conversations', () => {
  it('is asked for after a login: a timelock and the limit of new chats from before are shown', async () => {
    await using world = await startWorld();
    const shop = world.whatsapp.phone(ACCOUNT);
    const [untilMs, resetsAtMs] = [inDays(2), inDays(20)];
    shop.trust.lock({ untilMs });
    shop.trust.cap = { limit: 40, used: 12, resetsAtMs };

    const { sessionId } = await world.link(shop);

    await world.orchestrator.until(sessionId, {
      account_restricted: true,
      restricted_until: new Date(untilMs).toISOString(),
      new_chat_cap: { limit: 40, used: 12, resets_at: new Date(resetsAtMs).toISOString() },
    });
  });

  it('is followed as it changes: nobody new is written to when the limit is reached, until it is lifted', async () => {
    await using world = await startWorld();
    const { sessionId, shop } = await linked(world);
    const resetsAtMs = inDays(20);
    shop.trust.cap = { limit: 2, used: 1, resetsAtMs };
    await world.orchestrator.until(sessionId, {
      new_chat_cap: { limit: 2, used: 1, resets_at: new Date(resetsAtMs).toISOString() },
    });

    const first = await world.orchestrator.send(sessionId, STRANGERS[0], 'hola');
    await world.orchestrator.until(sessionId, {
      new_chat_cap: { limit: 2, used: 2, resets_at: new Date(resetsAtMs).toISOString() },
    });
    const { messagesFromClients } = world.whatsapp.stats();
    const second = await world.orchestrator.send(sessionId, STRANGERS[1], 'hola');
    const again = await world.orchestrator.send(sessionId, STRANGERS[0], 'otra vez');

    expect(first).toMatchObject({ status: 200, body: { status: 'sent' } });
    expect(second).toMatchObject({ status: 403, body: { error: 'account_restricted' } });
    expect(again).toMatchObject({ status: 200, body: { status: 'sent' } });
    expect(world.whatsapp.stats().messagesFromClients).toBe(messagesFromClients + 1);
    const { body } = await world.orchestrator.get(`/sessions/${sessionId}/timeline`);
    expect(body.data.at(-1)).toMatchObject({ what: 'restricted', why: `Until ${new Date(resetsAtMs).toISOString()}` });
    shop.trust.cap = undefined;
    await world.orchestrator.until(sessionId, { new_chat_cap: null });
    expect(await world.orchestrator.send(sessionId, STRANGERS[1], 'hola')).toMatchObject({ status: 200 });
  });

  it('survives whatever the notifications say', async () => {
    await using world = await startWorld();
    const { sessionId, shop } = await linked(world);
    const { connections } = world.whatsapp.stats();
    for (const operation of ['NotificationUserReachoutTimelockUpdate', 'MessageCappingInfoNotification', '', 'x']) {
      for (const text of ODD) shop.trust.tell(operation, text);
    }
    await world.whatsapp.until((server) => server.devices()[0]?.waiting === 0);
    shop.trust.unlock();
    const resetsAtMs = inDays(1);
    shop.trust.cap = { limit: 7, resetsAtMs };

    await world.orchestrator.until(sessionId, {
      status: 'connected',
      account_restricted: false,
      new_chat_cap: { limit: 7, used: 0, resets_at: new Date(resetsAtMs).toISOString() },
    });
    expect(world.whatsapp.stats().connections).toBe(connections);
    expect(await world.orchestrator.send(sessionId, STRANGERS[0], 'hola')).toMatchObject({ status: 200 });
  });

  it('is no reason to wait for a login: WhatsApp may leave the question unanswered', async () => {
    await using world = await startWorld();
    let asked = 0;
    world.whatsapp.use({
      name: 'leave mex unanswered',
      onStanza(stanza, client) {
        if (!isIq(stanza, { xmlns: 'w:mex' })) return false;
        asked += 1;
        if (asked % 2 === 0) client.send(resultOf(stanza, [node('result', {}, Buffer.from('{"data":7}'))]));
        return true;
      },
    });
    const { sessionId } = await linked(world);

    await world.whatsapp.until(() => asked > 0);
    expect(await world.orchestrator.send(sessionId, STRANGERS[0], 'hola')).toMatchObject({ status: 200 });
    await world.orchestrator.until(sessionId, { status: 'connected', new_chat_cap: null });
  });
});

const lockOf = (lock: unknown): string => JSON.stringify({ data: { xwa2_notify_account_reachout_timelock: lock } });
const capOf = (cap: unknown): string =>
  JSON.stringify({ data: { xwa2_notify_new_chat_messages_capping_info_update: cap } });
/** What is no news, or makes no sense. */
const ODD = [
  ...['', '{', 'null', '7', '[]', '{}', '{"data":null}', '{"data":7}', '{"errors":[{}]}', '['.repeat(5_000)],
  ...[null, 7, {}, 'x', [], { is_active: true, time_enforcement_ends: {} }].flatMap((odd) => [lockOf(odd), capOf(odd)]),
  ...['9'.repeat(400), '-1', 'x', '1e300'].map((at) => lockOf({ is_active: true, time_enforcement_ends: at })),
  capOf({ total_quota: 1e300, used_quota: -1, cycle_end_timestamp: 'x' }),
];
