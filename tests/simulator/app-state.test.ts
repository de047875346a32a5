import {
  type BaileysEventMap,
  type BinaryNode,
  getBinaryNodeChild,
  getBinaryNodeChildren,
  proto,
} from '@whiskeysockets/baileys';

import { COLLECTION_NAMES, type CollectionName } from '../../simulator/app-state/collection-names.ts';
import type { Phone } from '../../simulator/phones/phone.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { BaileysClient } from '../harness/baileys-client.ts';
import { countQueries } from '../harness/count-queries.ts';
import { startQuickSimulator } from '../harness/few-pre-keys.ts';
import { mediaFrom } from '../harness/media-from.ts';
import { untilTrue } from '../harness/until.ts';

const [SHOP, ANA] = ['5491166778899', '5491122334455'] as const;

interface Scene extends AsyncDisposable {
  whatsapp: Simulator;
  shop: Phone;
  ana: Phone;
  client: BaileysClient;
}

/** A phone with a name and a contact, and a stock client that checks MACs, linked to it. */
async function startScene({ withholdsKeys = false } = {}): Promise<Scene> {
  const whatsapp = await startQuickSimulator();
  const shop = whatsapp.phone(SHOP, 'Shop');
  const ana = whatsapp.phone(ANA, 'Ana');
  const client = clientOf(whatsapp);
  shop.appState.withholdsKeys = withholdsKeys;
  await client.pairWith(shop);
  return {
    ...{ whatsapp, shop, ana, client },
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await whatsapp[Symbol.asyncDispose]();
    },
  };
}

function clientOf(whatsapp: Simulator): BaileysClient {
  return new BaileysClient(whatsapp, {
    appStateMacVerification: { patch: true, snapshot: true },
    options: mediaFrom(whatsapp),
  });
}

/** Collects what a client says of contacts, chats and so on. */
function heard<Name extends keyof BaileysEventMap>({ sock }: BaileysClient, name: Name): BaileysEventMap[Name][] {
  const all: BaileysEventMap[Name][] = [];
  sock!.ev.on(name, (data) => all.push(data));
  return all;
}

const untilKey = (client: BaileysClient) =>
  client.until(() => client.creds.myAppStateKeyId !== undefined, 'a key of the app state');

it('shares its keys with a device that it links, and shows it everything', async () => {
  await using scene = await startScene();
  const { client, shop, ana } = scene;
  await untilKey(client);
  await shop.appState.setContactName(ana, 'Ana García');
  await shop.appState.archive(ana);
  const contacts = heard(client, 'contacts.upsert');

  await client.sock!.resyncAppState(COLLECTION_NAMES, true);

  await untilTrue(() => Promise.resolve(contacts.length > 0));
  expect(contacts).toEqual([[expect.objectContaining({ id: ana.jid, lid: ana.lid, name: 'Ana García' })]]);
  expect(client.creds.me?.name).toBe('Shop');
  const versions = await client.sock!.authState.keys.get('app-state-sync-version', [...COLLECTION_NAMES]);
  expect(versions).toMatchObject({
    critical_block: { version: 1 },
    critical_unblock_low: { version: 1 },
    regular_low: { version: 1 },
  });
});

it('tells its devices when the phone changes something, and sends what they lack, in pieces', async () => {
  await using scene = await startScene();
  const { client, shop, ana, whatsapp } = scene;
  await untilKey(client);
  await shop.appState.mute(ana, 1_900_000_000_000);
  await client.stanza((stanza) => announced(stanza) === 'regular_high');
  await untilTrue(async () => (await versionOf(client, 'regular_high')) === 1);
  await client.goAway();
  for (let at = 1; at <= 60; at += 1) await shop.appState.mute(ana, 1_900_000_000_000 + at);
  using queries = countQueries(whatsapp, 'w:sync:app:state');

  await client.logIn();

  await untilTrue(async () => (await versionOf(client, 'regular_high')) === 61);
  expect(queries.count).toBeGreaterThan(1);
  await whatsapp.until((server) => server.devices()[0]?.waiting === 0);
});

it('takes what a client changes, and tells its other devices only', async () => {
  await using scene = await startScene();
  const { client, shop, ana, whatsapp } = scene;
  await using other = clientOf(whatsapp);
  await other.pairWith(shop);
  await Promise.all([untilKey(client), untilKey(other)]);

  await client.sock!.chatModify({ pin: true }, ana.jid);

  await other.stanza((stanza) => announced(stanza) === 'regular_low');
  await untilTrue(async () => (await versionOf(other, 'regular_low')) === 1);
  expect(client.stanzas.map(announced)).not.toContain('regular_low');
  expect(shop.appState.read('regular_low')).toMatchObject([
    { index: ['pin_v1', ana.jid], value: { pinAction: { pinned: true } } },
  ]);
});

describe('refuses', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await startScene();
    await scene.shop.appState.pin(scene.ana);
  });
  afterAll(() => scene[Symbol.asyncDispose]());

  it('a change that is not based on the newest version, and sends what is newer', async () => {
    const patch: BinaryNode = { tag: 'patch', attrs: {}, content: Buffer.from('anything') };

    const answer = await ask(scene.client, { name: 'regular_low', version: '0', return_snapshot: 'false' }, [patch]);

    expect(answer.attrs).toMatchObject({ name: 'regular_low', type: 'error' });
    expect(getBinaryNodeChild(answer, 'error')?.attrs.code).toBe('409');
    expect(getBinaryNodeChildren(getBinaryNodeChild(answer, 'patches'), 'patch')).toHaveLength(1);
    expect(scene.shop.appState.read('regular_low')).toHaveLength(1);
  });

  it('a collection that does not exist', async () => {
    const answer = await ask(scene.client, { name: 'colours', version: '0' });

    expect(answer.attrs).toMatchObject({ name: 'colours', type: 'error' });
    expect(getBinaryNodeChild(answer, 'error')?.attrs.code).toBe('404');
  });
});

it('a contact can be removed again, and a collection without anything has no snapshot', async () => {
  await using scene = await startScene();
  const { client, shop, ana } = scene;
  await shop.appState.setContactName(ana, 'Ana');
  expect(shop.appState.read('critical_unblock_low')).toHaveLength(1);

  await shop.appState.removeContact(ana);

  expect(shop.appState.read('critical_unblock_low')).toEqual([]);
  await expect(shop.appState.removeContact(ana)).rejects.toThrow(RangeError);
  await untilKey(client);
  await untilTrue(async () => (await versionOf(client, 'critical_unblock_low')) === 2);
  const answer = await ask(client, { name: 'regular', return_snapshot: 'true' });
  expect(answer).toMatchObject({ attrs: { name: 'regular', version: '0', type: 'result' } });
  expect(getBinaryNodeChild(answer, 'snapshot')).toBeUndefined();
});

it('keys may come late, or when a device asks for them', async () => {
  await using scene = await startScene({ withholdsKeys: true });
  const { client, shop, ana } = scene;
  await shop.appState.setContactName(ana, 'Ana');
  const contacts = heard(client, 'contacts.upsert');
  await client.sock!.resyncAppState(['critical_unblock_low'], true);
  expect(client.creds.myAppStateKeyId).toBeUndefined();

  shop.appState.withholdsKeys = false;
  await client.sock!.relayMessage(
    client.sock!.user!.id.replace(/:\d+/, ''),
    {
      protocolMessage: {
        type: proto.Message.ProtocolMessage.Type.APP_STATE_SYNC_KEY_REQUEST,
        appStateSyncKeyRequest: { keyIds: [{ keyId: Buffer.from('000000000001', 'hex') }] },
      },
    },
    { additionalAttributes: { category: 'peer', push_priority: 'high_force' } },
  );

  await untilKey(client);
  await untilTrue(() => Promise.resolve(contacts.flat().some(({ name }) => name === 'Ana')));
});

it('a new key is shared, and the old one still opens what it sealed', async () => {
  await using scene = await startScene();
  const { client, shop, ana } = scene;
  await shop.appState.pin(ana);
  await untilKey(client);
  const { myAppStateKeyId: first } = client.creds;

  await shop.appState.renewKey();
  await shop.appState.archive(ana);

  await client.until(() => client.creds.myAppStateKeyId !== first, 'the new key');
  await untilTrue(async () => (await versionOf(client, 'regular_low')) === 2);
  expect(shop.appState.read('regular_low').map(({ index: [kind] }) => kind)).toEqual(['pin_v1', 'archive']);
  await shop.appState.shareKeys();
});

describe('fails on demand:', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await startScene();
    await untilKey(scene.client);
    await scene.shop.appState.markRead(scene.ana);
    await untilTrue(async () => (await versionOf(scene.client, 'regular_low')) === 1);
  });
  afterEach(() => scene.whatsapp.clearFaults());
  afterAll(() => scene[Symbol.asyncDispose]());

  it('app-state-empty: a result without collections', async () => {
    scene.whatsapp.fault('app-state-empty', { number: SHOP, times: 1 });
    const answer = await scene.client.sock!.query(question({ name: 'regular_low', version: '0' }));
    expect(answer).toMatchObject({ tag: 'iq', attrs: { type: 'result' } });
    expect(getBinaryNodeChild(answer, 'sync')).toBeUndefined();
  });

  it('app-state-bad-mac: a client that checks it does not take a patch, and takes the next', async () => {
    const { client, shop, whatsapp, ana } = scene;
    const chats = heard(client, 'chats.update');
    whatsapp.fault('app-state-bad-mac', { number: SHOP, times: 1 });
    await shop.appState.archive(ana);
    await untilTrue(async () => (await versionOf(client, 'regular_low')) === 2);

    await shop.appState.pin(ana);

    await untilTrue(() => Promise.resolve(chats.length > 0));
    expect(chats).toEqual([[expect.objectContaining({ id: ana.jid, pinned: expect.any(Number) })]]);
    expect(chats.flat()[0]).not.toHaveProperty('archived');
  });

  it('app-state-endless: there is always more', async () => {
    scene.whatsapp.fault('app-state-endless', { number: SHOP, times: 1 });
    const asked = { name: 'regular_low', version: '1' };
    expect((await ask(scene.client, asked)).attrs).toMatchObject({ has_more_patches: 'true' });
    expect((await ask(scene.client, asked)).attrs).not.toHaveProperty('has_more_patches');
  });
});

/** The version of a collection that a client has. */
async function versionOf({ sock }: BaileysClient, name: CollectionName): Promise<number | undefined> {
  const { [name]: state } = await sock!.authState.keys.get('app-state-sync-version', [name]);
  return state?.version;
}

/** The collection of which a stanza announces a new version. */
function announced({ attrs, content }: BinaryNode): string | undefined {
  return attrs.type === 'server_sync' && Array.isArray(content) ? content[0]?.attrs.name : undefined;
}

function question(attrs: Record<string, string>, content?: BinaryNode[]): BinaryNode {
  const collection: BinaryNode = { tag: 'collection', attrs, ...(content && { content }) };
  const sync: BinaryNode = { tag: 'sync', attrs: {}, content: [collection] };
  return { tag: 'iq', attrs: { to: 's.whatsapp.net', xmlns: 'w:sync:app:state', type: 'set' }, content: [sync] };
}

/** What the server answers about one collection. */
async function ask(
  { sock }: BaileysClient,
  attrs: Record<string, string>,
  content?: BinaryNode[],
): Promise<BinaryNode> {
  const answer = (await sock!.query(question(attrs, content))) as BinaryNode;
  return getBinaryNodeChild(getBinaryNodeChild(answer, 'sync'), 'collection')!;
}
