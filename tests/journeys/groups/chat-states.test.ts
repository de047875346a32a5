import type { proto } from '@whiskeysockets/baileys';
import type { Phone } from '../../../simulator/phones/phone.ts';
import { childOf, childrenOf } from '../../../simulator/kit/stanza.ts';
import { untilTrue } from '../../harness/until.ts';
import { type LinkedAccount, startWorld, type World } from '../../harness/world.ts';

let world: World;
let shop: LinkedAccount;
let ana: Phone;
let luz: Phone;

beforeAll(async () => {
  world = await startWorld();
  [ana, luz] = [world.whatsapp.phone('5491122334455', 'Ana'), world.whatsapp.phone('5491133445566', 'Luz')];
  shop = await world.link(world.whatsapp.phone('5491166778899', 'Shop'));
  // The phone shares the keys a moment after the pairing; until then each change answers 409.
  await untilTrue(
    async () => (await world.orchestrator.patch(at(`chats/${luz.number}`), { unread: false })).status === 200,
  );
});

afterAll(() => world[Symbol.asyncDispose]());

const at = (path: string) => `/sessions/${shop.sessionId}/${path}`;

/** What the phone of the account has under this name; it checks every MAC. */
const onPhone = (...index: string[]): proto.ISyncActionValue | undefined => shop.phone.appState.find(index);

const muteEnd = () => Number(onPhone('mute', ana.jid)?.muteAction?.muteEndTimestamp);

/** Up to when (Unix seconds) the phone is to do this. */
function rangeOf(...index: string[]): number {
  const { archiveChatAction, clearChatAction, deleteChatAction } = onPhone(...index) ?? {};
  const action = archiveChatAction ?? clearChatAction ?? deleteChatAction;
  return Number(action?.messageRange?.lastMessageTimestamp);
}

async function changed(chat: string, change: object): Promise<void> {
  expect(await world.orchestrator.patch(at(`chats/${chat}`), change)).toMatchObject({
    status: 200,
    body: { success: true },
  });
}

describe('a chat', () => {
  it('is archived, pinned, muted and marked, and the phone sees it', async () => {
    await changed(ana.number, { pinned: true, muted_until: '2100-01-01T00:00:00Z', unread: true });
    expect(onPhone('pin_v1', ana.jid)).toMatchObject({ pinAction: { pinned: true } });
    expect(onPhone('mute', ana.jid)).toMatchObject({ muteAction: { muted: true } });
    expect(muteEnd()).toBe(Date.UTC(2100, 0));
    expect(onPhone('markChatAsRead', ana.jid)).toMatchObject({ markChatAsReadAction: { read: false } });

    await changed(ana.number, { archived: true, muted_until: 'always', unread: false });
    expect(onPhone('archive', ana.jid)).toMatchObject({ archiveChatAction: { archived: true } });
    expect(Math.abs(rangeOf('archive', ana.jid) - Date.now() / 1000)).toBeLessThan(3600);
    expect(onPhone('pin_v1', ana.jid)).toMatchObject({ pinAction: { pinned: false } });
    expect(muteEnd()).toBe(-1);
    expect(onPhone('markChatAsRead', ana.jid)).toMatchObject({ markChatAsReadAction: { read: true } });

    await changed(ana.number, { archived: false, muted_until: null });
    expect(onPhone('archive', ana.jid)).toMatchObject({ archiveChatAction: { archived: false } });
    expect(onPhone('mute', ana.jid)).toMatchObject({ muteAction: { muted: false } });
  });

  it('is changed on top of what the phone changed meanwhile', async () => {
    for (const pinned of [true, false, true]) {
      await shop.phone.appState.archive(luz, pinned);
      await changed(luz.number, { pinned });
      expect(onPhone('pin_v1', luz.jid)?.pinAction).toEqual({ pinned });
    }
    expect(onPhone('archive', luz.jid)?.archiveChatAction?.archived).toBe(true);
  });

  it.each([
    [1, 200],
    [9, 422],
  ])('that is changed while the phone is quicker %d times answers %d, and breaks nothing', async (times, status) => {
    let left = times;
    world.whatsapp.use({
      name: 'the phone is quicker',
      async onStanza(stanza) {
        const [collection] = childrenOf(childOf(stanza, 'sync'));
        if (!collection || !childOf(collection, 'patch') || left === 0) return false;
        left -= 1;
        await shop.phone.appState.archive(luz, left % 2 === 0);
        return false;
      },
    });
    const { pinned } = onPhone('pin_v1', luz.jid)?.pinAction ?? {};
    expect(await world.orchestrator.patch(at(`chats/${luz.number}`), { pinned: !pinned })).toMatchObject({ status });
    expect(onPhone('pin_v1', luz.jid)?.pinAction).toEqual({ pinned: status === 200 ? !pinned : pinned });
    left = 0;
    await changed(luz.number, { pinned: !pinned });
    expect(onPhone('pin_v1', luz.jid)?.pinAction).toEqual({ pinned: !pinned });
  });

  it('is named by LID once the account is migrated', async () => {
    const phone = world.whatsapp.phone('5491188990011', 'Migrada');
    phone.isMigrated = true;
    const { sessionId } = await world.link(phone);
    await untilTrue(async () => {
      await world.orchestrator.patch(`/sessions/${sessionId}/chats/${ana.number}`, { pinned: true });
      return phone.appState.find(['pin_v1', ana.lid]) !== undefined;
    });
  });

  it('of a group is changed, too; one of somebody else is not', async () => {
    const { jid } = world.whatsapp.group({ subject: 'Vecinos', members: [ana, shop.phone] });
    const { jid: foreign } = world.whatsapp.group({ subject: 'Otros', members: [ana, luz] });
    await changed(jid, { pinned: true });
    expect(onPhone('pin_v1', jid)?.pinAction).toEqual({ pinned: true });
    expect(await world.orchestrator.patch(at(`chats/${foreign}`), { pinned: true })).toMatchObject({
      status: 404,
      body: { error: 'group_not_found' },
    });
  });

  it('is cleared and deleted up to now', async () => {
    expect(await world.orchestrator.post(at(`chats/${luz.lid}/clear`), {})).toMatchObject({ status: 200 });
    expect(await world.orchestrator.delete(at(`chats/${luz.lid}`))).toMatchObject({ status: 200 });
    expect(rangeOf('clearChat', luz.jid, '1', '0')).toBeGreaterThan(0);
    expect(rangeOf('deleteChat', luz.jid, '1')).toBeGreaterThan(0);
  });

  it.each([
    ['14155550100', { pinned: true }, 404, 'number_not_on_whatsapp'],
    ['Ana', { pinned: true }, 400, 'invalid_number'],
    ['5491122334455', {}, 400, 'invalid_body'],
    ['5491122334455', { pinned: 'yes' }, 400, 'invalid_body'],
    ['5491122334455', { muted_until: 'tomorrow' }, 400, 'invalid_body'],
  ])('%s with %j is refused', async (chat, change, status, error) => {
    expect(await world.orchestrator.patch(at(`chats/${chat}`), change)).toMatchObject({ status, body: { error } });
  });
});

describe('a message', () => {
  /** Has a phone send a message; resolves with its id once the backend has it. */
  async function received(phone: Phone, to: string): Promise<string> {
    const id = await phone.sendText(to, 'hola');
    await world.backend.next(({ body }) => body.message_id === id);
    return id;
  }
  const star = (id: string, starred: unknown) => world.orchestrator.post(at(`messages/${id}/star`), { starred });

  it('is starred, and no longer', async () => {
    const id = await received(ana, shop.phone.number);
    for (const starred of [true, false]) {
      expect(await star(id, starred)).toMatchObject({ status: 200 });
      expect(onPhone('star', ana.jid, id, '0', '0')?.starAction).toEqual({ starred });
    }
  });

  it('of a group is starred and deleted by the name of its author', async () => {
    const { jid } = world.whatsapp.group({ subject: 'Vecinos', members: [ana, shop.phone] });
    const id = await received(ana, jid);
    expect(await star(id, true)).toMatchObject({ status: 200 });
    expect(await world.orchestrator.post(at(`messages/${id}/delete-for-me`), { delete_media: true })).toMatchObject({
      status: 200,
    });
    expect(onPhone('star', jid, id, '0', ana.lid)?.starAction).toEqual({ starred: true });
    const { deleteMessageForMeAction: deleted } = onPhone('deleteMessageForMe', jid, id, '0', ana.lid) ?? {};
    expect(deleted?.deleteMedia).toBe(true);
    expect(Number(deleted?.messageTimestamp)).toBeGreaterThan(0);
  });

  it('of our own is deleted for us', async () => {
    const { body } = await world.orchestrator.send(shop.sessionId, ana.number, 'buenas');
    const id = body.messageId as string;
    expect(await world.orchestrator.post(at(`messages/${id}/delete-for-me`), {})).toMatchObject({ status: 200 });
    expect(onPhone('deleteMessageForMe', ana.jid, id, '1', '0')?.deleteMessageForMeAction?.deleteMedia).toBe(false);
  });

  it.each([
    ['A5FF', true, 404, 'message_not_found'],
    ['%20', true, 404, 'message_not_found'],
    ['A5FF', 'yes', 400, 'invalid_body'],
  ])('%s with %j is refused', async (id, starred, status, error) => {
    expect(await star(id, starred)).toMatchObject({ status, body: { error } });
  });
});

it('a phone that has shared no keys yet has nothing changed', async () => {
  const phone = world.whatsapp.phone('5491177889900', 'Otra');
  phone.appState.withholdsKeys = true;
  const { sessionId } = await world.link(phone);
  expect(await world.orchestrator.patch(`/sessions/${sessionId}/chats/${ana.number}`, { pinned: true })).toMatchObject({
    status: 409,
    body: { error: 'app_state_not_ready' },
  });
});

it('WhatsApp that does not answer costs one request, and the next change goes through', async () => {
  world.whatsapp.fault('app-state-empty', { number: shop.phone.number });
  expect(await world.orchestrator.patch(at(`chats/${ana.number}`), { pinned: true })).toMatchObject({
    status: 422,
    body: { error: 'whatsapp_refused' },
  });
  world.whatsapp.clearFaults();
  await changed(ana.number, { pinned: true });
  expect(onPhone('pin_v1', ana.jid)?.pinAction).toEqual({ pinned: true });
});

it('a session that waits for a scan refuses', async () => {
  const { body } = await world.orchestrator.get('/generate-qr');
  expect(
    await world.orchestrator.patch(`/sessions/${body.sessionId}/chats/${ana.number}`, { pinned: true }),
  ).toMatchObject({
    status: 409,
    body: { error: 'session_not_connected' },
  });
});
