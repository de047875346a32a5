import { bytesOf, childOf, childrenOf, node } from '../../../simulator/kit/stanza.ts';
import type { Phone } from '../../../simulator/phones/phone.ts';
import { startWorld, type World } from '../../harness/world.ts';

const ACCOUNT = '5491234567890';
const FRIEND = '5490987654321';
const DAY_S = 86_400;

interface Linked {
  world: World;
  sessionId: string;
  shop: Phone;
  friend: Phone;
}

async function linked(world: World): Promise<Linked> {
  const [shop, friend] = [world.whatsapp.phone(ACCOUNT), world.whatsapp.phone(FRIEND)];
  const { sessionId } = await world.link(shop);
  return { world, sessionId, shop, friend };
}

/** From now on the account may write only to people whose token it shows. */
async function lock({ world, sessionId, shop }: Linked): Promise<void> {
  shop.trust.lock({ untilMs: Date.now() + 10 * DAY_S * 1000 });
  await world.orchestrator.until(sessionId, { account_restricted: true });
}

/** Resolves when the orchestrator has acknowledged everything, tokens too. */
const settled = ({ world }: Linked): Promise<void> =>
  world.whatsapp.until((server) => server.devices()[0]?.waiting === 0);

/** Somebody wrote: without a conversation, the orchestrator itself would not write to a stranger while it is restricted. */
async function written(account: Linked, options = {}): Promise<void> {
  await account.friend.sendText(ACCOUNT, 'hola', options);
  await account.world.backend.next('messages/received');
  await settled(account);
}

const sends = ({ world, sessionId }: Linked, text: string) => world.orchestrator.send(sessionId, FRIEND, text);

describe('a privacy token', () => {
  it('that somebody gave by writing opens the way to them during a timelock, also after a restart', async () => {
    await using world = await startWorld();
    const account = await linked(world);
    await written(account);
    await lock(account);

    expect(await sends(account, 'uno')).toMatchObject({ status: 200, body: { status: 'sent' } });
    await world.stopOrchestrator();
    await world.startOrchestrator();
    await world.orchestrator.until(account.sessionId, { status: 'connected' });
    expect(await sends(account, 'dos')).toMatchObject({ status: 200, body: { status: 'sent' } });
  });

  it('holds for as long as WhatsApp says, not for the four weeks that Baileys assumes', async () => {
    await using world = await startWorld();
    const account = await linked(world);
    const t = Math.floor(Date.now() / 1000) - 100 * DAY_S;
    account.friend.trust.giveTo(account.shop, { t });
    await settled(account);
    await sends(account, 'antes');
    await lock(account);

    expect(await sends(account, 'hola')).toMatchObject({ status: 200, body: { status: 'sent' } });
  });

  it('is found under the LID although it came under the number before WhatsApp told the LID', async () => {
    await using world = await startWorld();
    const account = await linked(world);
    const t = Math.floor(Date.now() / 1000);
    account.friend.trust.giveTo(account.shop, { t, addressing: 'pn', namesLid: false });
    await settled(account);
    await written(account);
    await lock(account);

    expect(account.shop.trust.tokensFrom(account.friend)).toBe(1);
    expect(await sends(account, 'hola')).toMatchObject({ status: 200, body: { status: 'sent' } });
  });

  it('of ours is issued once to whom we write, not with every message, and not again after a restart', async () => {
    await using world = await startWorld();
    const account = await linked(world);
    await written(account);

    for (const text of ['uno', 'dos']) await sends(account, text);
    await world.whatsapp.until(() => account.friend.trust.tokensFrom(account.shop) > 0);
    await sends(account, 'tres');
    await world.stopOrchestrator();
    await world.startOrchestrator();
    await world.orchestrator.until(account.sessionId, { status: 'connected' });
    await sends(account, 'cuatro');

    expect(account.friend.trust.tokensFrom(account.shop)).toBe(1);
  });

  it('goes with what is sent again to a linked device that could not read it', async () => {
    await using world = await startWorld();
    const account = await linked(world);
    const tablet = account.friend.addCompanion();
    await written(account);
    const refusals = damageOnceFor(world, tablet.jid);

    await sends(account, 'hola de nuevo');

    expect(await tablet.next()).toMatchObject({ text: 'hola de nuevo' });
    expect(refusals).toEqual([]);
  });

  it('shows us the picture of somebody who shows it only to trusted people', async () => {
    await using world = await startWorld();
    const account = await linked(world);
    account.friend.picture = { url: 'https://example.com/ana.jpg', shownTo: 'trusted' };
    const ask = () => world.orchestrator.get(`/sessions/${account.sessionId}/contacts/${FRIEND}/picture`);

    expect(await ask()).toMatchObject({ status: 404, body: { error: 'picture_not_found' } });
    await written(account);
    expect(await ask()).toMatchObject({ status: 200, body: { url: 'https://example.com/ana.jpg' } });
  });
});

/** Damages the next ciphertext for one device of the friend; returns the refusals of messages from now on. */
function damageOnceFor(world: World, jid: string): string[] {
  const refusals: string[] = [];
  const device = /:\d+@/.exec(jid)![0];
  let isDone = false;
  world.whatsapp.use({
    name: 'damage a ciphertext',
    onStanza(stanza) {
      for (const to of childrenOf(childOf(stanza, 'participants'))) {
        if (isDone || !to.attrs.jid?.includes(device) || to.attrs.jid.startsWith(ACCOUNT)) continue;
        const enc = childOf(to, 'enc')!;
        const bytes = Buffer.from(bytesOf(enc));
        bytes[bytes.length - 1]! ^= 1;
        to.content = [node('enc', enc.attrs, bytes)];
        isDone = true;
      }
      return false;
    },
    onSend(stanza, _client, send) {
      if (stanza.tag === 'ack' && stanza.attrs.error !== undefined) refusals.push(stanza.attrs.error);
      send(stanza);
    },
  });
  return refusals;
}
