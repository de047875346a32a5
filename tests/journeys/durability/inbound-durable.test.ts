import { startWorld, type World } from '../../harness/world.ts';

const ACCOUNT = '5491234567890';
const PERSON = '5490987654321';

/** Links an account, and adds a person who writes to it. */
async function startConversation(world: World) {
  const account = await world.link(world.whatsapp.phone(ACCOUNT));
  return { account, person: world.whatsapp.phone(PERSON, 'Juan') };
}

async function next(world: World) {
  return (await world.backend.next('messages/received')).body as Record<string, unknown>;
}

/** The messages that the backend has accepted, in order. */
function received(world: World): Record<string, unknown>[] {
  return world.backend.accepted
    .filter(({ path }) => path.endsWith('messages/received'))
    .map(({ body }) => body as Record<string, unknown>);
}

/** Resolves when WhatsApp has a receipt for everything it sent to the account. */
async function untilConfirmed(world: World): Promise<void> {
  await world.whatsapp.until((whatsapp) => whatsapp.devices().every(({ waiting }) => waiting === 0));
}

describe('a message to a group', () => {
  it.each(['lid', 'pn'] as const)(
    'is delivered with its sender and its group when members are addressed by %s',
    async (addressing) => {
      await using world = await startWorld();
      const { account, person } = await startConversation(world);
      const group = world.whatsapp.group({ subject: 'Ventas', members: [person, account.phone], addressing });

      for (const text of ['uno', 'dos', 'tres']) await person.sendText(group.jid, text);

      for (const text of ['uno', 'dos', 'tres']) {
        expect(await next(world)).toMatchObject({
          message_content: text,
          is_group: true,
          group_id: group.jid,
          group_name: 'Ventas',
          sender_number: PERSON,
          sender_name: 'Juan',
        });
      }
      await untilConfirmed(world);
    },
  );
});

describe('the name of a group', () => {
  it('is queried once, and follows a rename', async () => {
    await using world = await startWorld();
    const { account, person } = await startConversation(world);
    const group = world.whatsapp.group({ subject: 'Ventas', members: [person, account.phone] });
    let queries = 0;
    let isRenamed = false;
    world.whatsapp.use({
      name: 'rename the group before the message',
      onStanza(stanza) {
        if (stanza.tag === 'iq' && stanza.attrs.xmlns === 'w:g2' && stanza.attrs.to === group.jid) queries += 1;
        return false;
      },
      onSend(stanza, client, send) {
        if (stanza.tag === 'message' && isRenamed) client.send(renameNotification(group.jid, 'Compras'));
        send(stanza);
      },
    });

    for (const text of ['uno', 'dos']) await person.sendText(group.jid, text);
    expect([await next(world), await next(world)]).toMatchObject([{ group_name: 'Ventas' }, { group_name: 'Ventas' }]);
    isRenamed = true;
    await person.sendText(group.jid, 'tres');

    expect(await next(world)).toMatchObject({ group_name: 'Compras', message_content: 'tres' });
    expect(queries).toBe(1);
  });
});

/** The notification that WhatsApp sends to the members when the subject of their group changes. */
function renameNotification(jid: string, subject: string) {
  const attrs = { id: 'rename-1', from: jid, type: 'w:gp2', participant: '1@lid', t: '1700000000' };
  return { tag: 'notification', attrs, content: [{ tag: 'subject', attrs: { subject, s_t: '1700000000' } }] };
}

describe('a message that WhatsApp delivers twice', () => {
  it('in a row is one webhook', async () => {
    await using world = await startWorld();
    const { person } = await startConversation(world);
    world.whatsapp.fault('duplicate-delivery', { number: ACCOUNT });

    for (const text of ['uno', 'dos', 'tres']) await person.sendText(ACCOUNT, text);
    await untilConfirmed(world);
    world.whatsapp.clearFaults();
    await person.sendText(ACCOUNT, 'fin');

    for (const text of ['uno', 'dos', 'tres', 'fin'])
      expect(await next(world)).toMatchObject({ message_content: text });
    expect(received(world)).toHaveLength(4);
    expect(world.whatsapp.stats().retries).toBe(0);
  });

  it.each(['a new session', 'a known session', 'a group'])(
    'because our receipt was lost is one webhook, and gets a receipt this time: %s',
    async (kind) => {
      await using world = await startWorld();
      const { account, person } = await startConversation(world);
      const group = world.whatsapp.group({ subject: 'Ventas', members: [person, account.phone] });
      const to = kind === 'a group' ? group.jid : ACCOUNT;
      if (kind !== 'a new session') {
        await person.sendText(to, 'antes');
        await account.phone.sendText(PERSON, 'hola');
        await next(world);
      }
      world.whatsapp.fault('lose-receipts', { number: ACCOUNT });
      await person.sendText(to, 'con acuse perdido');
      expect(await next(world)).toMatchObject({ message_content: 'con acuse perdido' });
      const before = received(world).length;

      world.whatsapp.clearFaults();
      world.whatsapp.fault('cut', { number: ACCOUNT });
      await untilConfirmed(world);
      await person.sendText(to, 'después');

      expect(await next(world)).toMatchObject({ message_content: 'después' });
      expect(received(world)).toHaveLength(before + 1);
      expect(world.whatsapp.stats().retries).toBe(0);
    },
  );
});

describe('a message that cannot be decrypted', () => {
  it.each(['a person', 'a group'])('is reported at once, and delivered when it can be: from %s', async (from) => {
    await using world = await startWorld();
    const { account, person } = await startConversation(world);
    const group = world.whatsapp.group({ subject: 'Ventas', members: [person, account.phone] });
    const to = from === 'a group' ? group.jid : ACCOUNT;
    await person.sendText(to, 'antes');
    await next(world);
    world.whatsapp.fault('corrupt-message', { number: ACCOUNT, times: 1 });

    await person.sendText(to, 'dañado');

    const broken = await next(world);
    expect(broken).toMatchObject({ message_type: 'undecryptable', message_content: null, sender_number: PERSON });
    expect(await next(world)).toMatchObject({
      message_type: 'text',
      message_content: 'dañado',
      message_id: broken.message_id,
      chat_id: broken.chat_id,
    });
    await person.sendText(to, 'después');
    expect(await next(world)).toMatchObject({ message_type: 'text', message_content: 'después' });
    expect(received(world)).toHaveLength(4);
  });

  it('because its key was used for another message is reported, and does not repeat that one', async () => {
    await using world = await startWorld();
    const { person } = await startConversation(world);
    await person.sendText(ACCOUNT, 'antes');
    await next(world);
    world.whatsapp.fault('used-message-key', { number: ACCOUNT, times: 1 });

    await person.sendText(ACCOUNT, 'una vez');

    expect(await next(world)).toMatchObject({ message_content: 'una vez' });
    expect(await next(world)).toMatchObject({ message_type: 'undecryptable', message_content: null });
  });
});

/** The number of commits since the orchestrator started. */
async function commits(world: World): Promise<number> {
  const text = await (await fetch(`${world.orchestrator.url}/metrics`)).text();
  return Number(/^orchestrator_store_commit_seconds_count (\d+)$/m.exec(text)?.[1]);
}

describe('messages that WhatsApp queued while we were offline', () => {
  it('all arrive, once and in order, even if the connection is cut halfway', async () => {
    await using world = await startWorld();
    const { person } = await startConversation(world);
    await world.stopOrchestrator();
    const texts = Array.from({ length: 40 }, (_, at) => `mensaje ${at + 1}`);
    for (const text of texts) await person.sendText(ACCOUNT, text);
    world.whatsapp.fault('cut-after-messages', { number: ACCOUNT, count: 25 });

    await world.startOrchestrator();

    for (const text of texts)
      expect(await world.fastForwardUntil(next(world))).toMatchObject({ message_content: text });
    await untilConfirmed(world);
    expect(received(world)).toHaveLength(40);
    expect(world.whatsapp.stats().retries).toBe(0);
  });

  // Baileys decrypts them one by one, and each waits for the commit of the one before: without batch decryption there
  // would be at least as many commits as messages.
  it.each(['a person', 'a group'])('are decrypted in batches that share a commit: from %s', async (from) => {
    await using world = await startWorld();
    const { account, person } = await startConversation(world);
    const group = world.whatsapp.group({ subject: 'Ventas', members: [person, account.phone] });
    const to = from === 'a group' ? group.jid : ACCOUNT;
    await person.sendText(to, 'antes');
    await next(world);
    // After an answer, the person's messages no longer begin the Signal session.
    await world.orchestrator.send(account.sessionId, PERSON, 'buenas');
    await person.next();
    await world.stopOrchestrator();
    const texts = Array.from({ length: 30 }, (_, at) => `mensaje ${at + 1}`);
    for (const text of texts) await person.sendText(to, text);
    // Each delivery is committed too: the backend answers only after the commits are counted.
    const counted = Promise.withResolvers<number>();
    world.backend.answerWith(() => counted.promise);

    await world.startOrchestrator();
    await untilConfirmed(world);

    expect(await commits(world)).toBeLessThan(texts.length);
    counted.resolve(200);
    for (const text of texts) expect(await next(world)).toMatchObject({ message_content: text });
  });
});
