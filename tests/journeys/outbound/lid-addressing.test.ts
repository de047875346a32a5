import { bytesOf, childOf, childrenOf, node, resultOf, type Stanza } from '../../../simulator/kit/stanza.ts';
import type { Phone } from '../../../simulator/phones/phone.ts';
import { startWorld, type World } from '../../harness/world.ts';

const ACCOUNT = '5491234567890';
const ANA = '5490987654321';
const LUZ = '5491100000001';

interface Scene {
  world: World;
  sessionId: string;
  account: Phone;
  ana: Phone;
  /** The messages that the account sent so far. */
  sent: Stanza[];
}

/** Links an account, migrated or not, to which Ana has written; `prepare` runs before it is linked. */
async function start(world: World, prepare: (account: Phone, ana: Phone) => void = () => undefined): Promise<Scene> {
  const [account, ana] = [world.whatsapp.phone(ACCOUNT, 'Tienda'), world.whatsapp.phone(ANA, 'Ana')];
  world.whatsapp.phone(LUZ, 'Luz');
  prepare(account, ana);
  const sent: Stanza[] = [];
  const standingAsked = Promise.withResolvers<undefined>();
  world.whatsapp.use({
    name: 'record',
    onStanza: (stanza) => {
      if (stanza.tag === 'message') sent.push(stanza);
      if (isCapQuestion(stanza)) standingAsked.resolve(undefined);
      return false;
    },
  });
  const { sessionId } = await world.link(account);
  await ana.sendText(ACCOUNT, 'hola', { addressing: 'pn' });
  await Promise.all([world.backend.next('messages/received'), standingAsked.promise]);
  return { world, sessionId, account, ana, sent };
}

/** Whether it is the last of what is asked about the account after a login. */
const isCapQuestion = (stanza: Stanza) =>
  stanza.attrs.xmlns === 'w:mex' && bytesOf(childOf(stanza, 'query')).includes('INDIVIDUAL_NEW_CHAT_MSG');

const recipients = ({ sent }: Scene) => sent.map(({ attrs }) => attrs.to);

const contextOf = ({ extendedTextMessage }: { extendedTextMessage?: { contextInfo?: unknown } | null }) =>
  extendedTextMessage?.contextInfo;

const migrated = (account: Phone) => {
  account.isMigrated = true;
};

/** Waits until the session knows from WhatsApp's properties that it is migrated: they come some time after a login. */
async function untilAddressedByLid({ world, sessionId, ana, sent }: Scene): Promise<void> {
  for (let attempt = 0; sent.at(-1)?.attrs.to !== ana.lid; attempt += 1) {
    expect(attempt).toBeLessThan(20);
    await world.orchestrator.send(sessionId, ANA, `¿${attempt}?`);
    await ana.next();
  }
}

/** Makes WhatsApp answer the query for the account's restriction. */
function restrictedUntil(world: World, untilMs: number | null): { asked: number } {
  const lock = { is_active: untilMs !== null, time_enforcement_ends: String(Math.floor((untilMs ?? 0) / 1000)) };
  const data = { xwa2_fetch_account_reachout_timelock: lock };
  const count = { asked: 0 };
  world.whatsapp.use({
    name: 'answer the restriction query',
    onStanza(stanza, client) {
      if (stanza.attrs.xmlns !== 'w:mex' || !childOf(stanza, 'query')) return false;
      count.asked += 1;
      client.send(resultOf(stanza, [node('result', {}, Buffer.from(JSON.stringify({ data })))]));
      return true;
    },
  });
  return count;
}

const statuses = ({ world }: Scene, messageId: string) =>
  world.backend.received
    .filter(({ body }) => body.message_id === messageId && body.status)
    .map(({ body }) => body.status);

describe('an account that is not migrated', () => {
  it('addresses people by number, also where it knows their LID', async () => {
    await using world = await startWorld();
    const scene = await start(world, (account) => account.addressing.forbidLids());

    const answer = await world.orchestrator.send(scene.sessionId, ANA, 'hola');

    expect(answer).toMatchObject({ status: 200, body: { to: scene.ana.jid } });
    expect(recipients(scene)).toEqual([scene.ana.jid]);
  });

  it('writes to a migrated person by LID, since the number has no devices, and tells the number', async () => {
    await using world = await startWorld();
    const scene = await start(world, (_account, ana) => {
      ana.isMigrated = true;
    });
    const { ana } = scene;

    const answer = await world.orchestrator.send(scene.sessionId, ANA, 'uno');
    await world.orchestrator.send(scene.sessionId, ANA, 'dos');

    expect(answer).toMatchObject({ status: 200, body: { status: 'sent', to: ana.jid } });
    expect([await ana.next(), await ana.next()].map(({ text }) => text)).toEqual(['uno', 'dos']);
    expect(recipients(scene)).toEqual([ana.lid, ana.lid]);
    await ana.markRead(answer.body.messageId);
    const { body } = await world.backend.next(({ body: told }) => told.status === 'read');
    expect(body).toMatchObject({ message_id: answer.body.messageId, to_number: ANA });
    expect(await world.orchestrator.get(`/sessions/${scene.sessionId}`)).toMatchObject({
      body: { data: { account_restricted: false } },
    });
  });
});

describe('an account that is migrated', () => {
  it('addresses people by LID from its pairing on, and itself too', async () => {
    await using world = await startWorld();
    const scene = await start(world, migrated);
    const { ana, account } = scene;

    const answer = await world.orchestrator.send(scene.sessionId, ANA, 'hola');
    const note = await world.orchestrator.send(scene.sessionId, ACCOUNT, 'nota');

    expect(answer).toMatchObject({ status: 200, body: { to: ana.jid } });
    expect(note).toMatchObject({ status: 200, body: { to: account.jid } });
    expect(recipients(scene)).toEqual([ana.lid, account.lid]);
    expect(await ana.next()).toMatchObject({ text: 'hola', fromJid: expect.stringContaining('@lid') as string });
  });

  it('does so after it was linked, once WhatsApp says it with its properties, and after a restart', async () => {
    await using world = await startWorld();
    const scene = await start(world);
    scene.account.isMigrated = true;
    await world.stopOrchestrator();
    await world.startOrchestrator();
    await world.orchestrator.until(scene.sessionId, { status: 'connected' });
    await untilAddressedByLid(scene);
    await world.stopOrchestrator();
    scene.account.isMigrated = false;
    await world.startOrchestrator();
    await world.orchestrator.until(scene.sessionId, { status: 'connected' });

    await world.orchestrator.send(scene.sessionId, ANA, 'otra vez');

    expect(recipients(scene).at(-1)).toBe(scene.ana.lid);
  });

  it('replies, reacts, edits and deletes in the chat with the LID', async () => {
    await using world = await startWorld();
    const scene = await start(world, migrated);
    const { ana, account, sessionId } = scene;
    const question = await ana.sendText(ACCOUNT, '¿a qué hora?', { addressing: 'pn' });
    await world.backend.next(({ body }) => body.message_id === question);
    const send = async (body: object): Promise<string> => {
      const answer = await world.orchestrator.post(`/sessions/${sessionId}/messages`, body);
      expect(answer).toMatchObject({
        status: 200,
        body: { to: expect.stringMatching(new RegExp(`^${ANA}@|^${ana.lid}`)) as string },
      });
      return answer.body.messageId as string;
    };
    const next = async () => (await ana.next()).message;

    const messageId = await send({ type: 'text', number: ANA, text: 'a las 8', reply_to: question });
    const reply = contextOf(await next());
    await send({ type: 'text', number: ANA, text: 'o a las 9', reply_to: messageId });
    const own = contextOf(await next());
    await send({ type: 'reaction', message_id: question, emoji: '👍' });
    const { reactionMessage: reaction } = await next();
    await send({ type: 'edit', message_id: messageId, text: 'a las 7' });
    const { protocolMessage: edit } = await next();
    await send({ type: 'delete', message_id: messageId });
    const { protocolMessage: deletion } = await next();

    expect(reply).toMatchObject({ stanzaId: question, participant: ana.lid });
    expect(own).toMatchObject({ stanzaId: messageId, participant: account.lid });
    for (const context of [reply, own]) expect(context).not.toHaveProperty('remoteJid', expect.stringContaining('@'));
    expect(reaction).toMatchObject({ key: { id: question, remoteJid: ana.lid, fromMe: false } });
    for (const change of [edit, deletion])
      expect(change).toMatchObject({ key: { id: messageId, remoteJid: ana.lid, fromMe: true } });
    expect(new Set(recipients(scene))).toEqual(new Set([ana.lid]));
  });

  it('types to the LID', async () => {
    await using world = await startWorld({ environment: { CALLBACK_OWN_MESSAGES: 'true' } });
    const { account, ana, sessionId } = await start(world, (own, other) => {
      own.isMigrated = other.isMigrated = true;
    });
    // Its name comes with what it wrote itself.
    await account.sendText(ANA, 'nota');
    await world.backend.next(({ body }) => body.message_content === 'nota');

    await world.orchestrator.post(`/sessions/${sessionId}/presence`, { to: ANA, state: 'composing' });

    await world.whatsapp.until(() => ana.presenceOf(account).at(-1) === 'composing');
  });

  it('sends a message again to a device that could not read it', async () => {
    await using world = await startWorld();
    const scene = await start(world, migrated);
    await world.orchestrator.send(scene.sessionId, ANA, 'uno');
    await scene.ana.next();
    await scene.ana.registerAnew();

    const { body } = await world.orchestrator.send(scene.sessionId, ANA, 'dos');

    expect(await scene.ana.next()).toMatchObject({ id: body.messageId, text: 'dos' });
    expect(new Set(recipients(scene))).toEqual(new Set([scene.ana.lid]));
  });

  it('goes back to numbers when WhatsApp refuses LIDs from it after all', async () => {
    await using world = await startWorld();
    const scene = await start(world, (account) => {
      account.isMigrated = true;
      account.addressing.forbidLids();
    });

    const answer = await world.orchestrator.send(scene.sessionId, ANA, 'uno');
    await world.orchestrator.send(scene.sessionId, ANA, 'dos');

    expect(answer).toMatchObject({ status: 200, body: { status: 'sent' } });
    expect([await scene.ana.next(), await scene.ana.next()].map(({ text }) => text)).toEqual(['uno', 'dos']);
    expect(recipients(scene)).toEqual([scene.ana.lid, scene.ana.jid, scene.ana.jid]);
    expect(statuses(scene, answer.body.messageId)).not.toContain('failed');
  });
});

describe('a refusal with 463 of a message to somebody known', () => {
  it('is answered with the same message to the LID, once, when the account is not restricted', async () => {
    await using world = await startWorld();
    const scene = await start(world);
    const restriction = restrictedUntil(world, null);
    world.whatsapp.fault('message-error', { code: 463, times: 1 });

    const answer = await world.orchestrator.send(scene.sessionId, ANA, 'hola');
    await world.orchestrator.send(scene.sessionId, ANA, 'más');

    expect(answer).toMatchObject({ status: 200, body: { status: 'sent', to: scene.ana.jid } });
    expect(await scene.ana.next()).toMatchObject({ id: answer.body.messageId, text: 'hola' });
    expect(await scene.ana.next()).toMatchObject({ text: 'más' });
    expect(recipients(scene)).toEqual([scene.ana.jid, scene.ana.lid, scene.ana.lid]);
    expect(new Set(scene.sent.slice(0, 2).map(({ attrs }) => attrs.id)).size).toBe(1);
    expect(restriction.asked).toBe(1);
    await scene.ana.markRead(answer.body.messageId);
    await world.backend.next(({ body }) => body.status === 'read');
    expect(statuses(scene, answer.body.messageId)).toEqual(['sent', 'delivered', 'read']);
    await world.orchestrator.until(scene.sessionId, { account_restricted: false });
    const { body } = await world.orchestrator.get(`/sessions/${scene.sessionId}/timeline`);
    expect(body.data).not.toContainEqual(expect.objectContaining({ what: 'restricted' }));
    expect(await world.orchestrator.send(scene.sessionId, LUZ, 'hola')).toMatchObject({ status: 200 });
  });

  it('is answered likewise when WhatsApp says nothing usable about restrictions', async () => {
    await using world = await startWorld();
    const scene = await start(world);
    world.whatsapp.fault('message-error', { code: 463, times: 1 });

    expect(await world.orchestrator.send(scene.sessionId, ANA, 'hola')).toMatchObject({ status: 200 });

    expect(recipients(scene)).toEqual([scene.ana.jid, scene.ana.lid]);
  });

  it('is a failure when the account is restricted', async () => {
    await using world = await startWorld();
    const scene = await start(world);
    restrictedUntil(world, world.clock.now() + 86_400_000);
    world.whatsapp.fault('message-error', { code: 463, times: 1 });

    const answer = await world.orchestrator.send(scene.sessionId, ANA, 'hola');

    expect(answer).toMatchObject({ status: 403, body: { error: 'account_restricted' } });
    expect(recipients(scene)).toEqual([scene.ana.jid]);
    await world.orchestrator.until(scene.sessionId, { account_restricted: true });
    await world.backend.next(({ body }) => body.status === 'failed');
  });

  it('is a failure when the LID is refused too, told once, and not tried a third time', async () => {
    await using world = await startWorld();
    const scene = await start(world);
    world.whatsapp.fault('message-error', { code: 463, times: 2 });

    const answer = await world.orchestrator.send(scene.sessionId, ANA, 'hola');

    expect(answer).toMatchObject({ status: 403, body: { error: 'account_restricted' } });
    const { body } = await world.backend.next(({ body: told }) => told.status === 'failed');
    expect(body).toMatchObject({ error_code: '463', to_number: ANA });
    const last = await scene.ana.sendText(ACCOUNT, 'fin');
    await world.backend.next(({ body: told }) => told.message_id === last);
    expect(statuses(scene, body.message_id)).toEqual(['failed']);
    expect(recipients(scene)).toEqual([scene.ana.jid, scene.ana.lid]);
    // WhatsApp says that the account is free: the refusals concern this recipient alone.
    await world.orchestrator.until(scene.sessionId, { account_restricted: false });
  });
});

describe('an ack that asks for the LID to be looked up anew', () => {
  it('has the next message go to the new LID', async () => {
    await using world = await startWorld();
    const scene = await start(world, migrated);
    const { ana } = scene;
    await world.orchestrator.send(scene.sessionId, ANA, 'uno');
    const old = ana.lid;
    ana.addressing.renew();

    const told = await world.orchestrator.send(scene.sessionId, ANA, 'dos');
    await world.orchestrator.send(scene.sessionId, ANA, 'tres');
    await world.orchestrator.send(scene.sessionId, old, 'cuatro');

    expect(told).toMatchObject({ status: 200, body: { status: 'sent' } });
    expect(recipients(scene)).toEqual([old, old, ana.lid, ana.lid]);
    const texts = [await ana.next(), await ana.next(), await ana.next(), await ana.next()].map(({ text }) => text);
    expect(texts).toEqual(['uno', 'dos', 'tres', 'cuatro']);
    const path = `/sessions/${scene.sessionId}/contacts/check?number=${ANA}`;
    expect(await world.orchestrator.get(path)).toMatchObject({ body: { lid: ana.lid } });
  });

  it('has whoever writes meanwhile wait for the answer', async () => {
    await using world = await startWorld();
    const scene = await start(world, migrated);
    const { ana } = scene;
    await world.orchestrator.send(scene.sessionId, ANA, 'uno');
    ana.addressing.renew();
    const asked = Promise.withResolvers<() => void>();
    const held = world.whatsapp.use({
      name: 'hold the look-up',
      onSend: (stanza, _client, send) => {
        const list = childOf(childOf(stanza, 'usync'), 'list');
        if (childrenOf(list).some((user) => childOf(user, 'contact'))) asked.resolve(() => send(stanza));
        else send(stanza);
      },
    });
    await world.orchestrator.send(scene.sessionId, ANA, 'dos');
    const answer = await asked.promise;
    const third = world.orchestrator.send(scene.sessionId, ANA, 'tres');
    held[Symbol.dispose]();
    answer();

    expect(await third).toMatchObject({ status: 200 });
    expect(recipients(scene).at(-1)).toBe(ana.lid);
  });
});
