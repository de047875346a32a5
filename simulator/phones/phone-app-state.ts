import { proto } from '@whiskeysockets/baileys';

import { COLLECTION_NAMES, type CollectionName } from '../app-state/collection-names.ts';
import { sealMutation, openRecord, type Setting } from '../app-state/mutation.ts';
import { checkLatest, makePatch } from '../app-state/patch.ts';
import { makeSyncKey, sharedKey, type SyncKey } from '../app-state/sync-key.ts';
import type { Endpoint } from '../world/endpoint.ts';
import { sendPeerMessage } from './peer-message.ts';
import type { PhoneDeps } from './phone-deps.ts';

/** Somebody, or a chat: a JID, or an object with one, such as a phone or a group. */
export type Chat = string | { readonly jid: string; readonly lid?: string };

const { Type } = proto.Message.ProtocolMessage;
const { SyncdOperation } = proto.SyncdMutation;

/** What a phone shares with its linked devices besides messages: names of contacts, and settings of chats. */
export class PhoneAppState {
  /** Whether devices wait for keys until `shareKeys`, also those that ask for them. */
  withholdsKeys = false;
  readonly #deps: PhoneDeps;
  /** The newest last. */
  readonly #keys: SyncKey[] = [];

  constructor(deps: PhoneDeps) {
    this.#deps = deps;
    deps.account.appState.watch((name) => this.#changed(name));
  }

  /**
   * A device was just linked: it gets the keys. With the first one, the phone publishes its owner's name, if there is one;
   * a phone that has nothing to tell has no keys either.
   */
  async linked(device: Endpoint): Promise<void> {
    const { name, number, appState } = this.#deps.account;
    if (name !== number && appState.collection('critical_block').version === 0) {
      this.#append('critical_block', pushName(name), SyncdOperation.SET);
    }
    await this.#share([device], this.#keys);
  }

  /** Sends all keys to all linked devices, whether they have them or not, and no longer withholds them. */
  async shareKeys(): Promise<void> {
    this.withholdsKeys = false;
    await this.#share(this.#devices, this.#keys);
  }

  /** Makes a new key, with which the phone encrypts from now on, and shares it. */
  async renewKey(): Promise<void> {
    await this.#share(this.#devices, [this.#makeKey()]);
  }

  /** Gives a contact a name, as in the phone's address book. */
  async setContactName(contact: Chat, name: string): Promise<void> {
    const [firstName = name] = name.split(' ');
    const lidJid = typeof contact === 'string' ? undefined : contact.lid;
    const { username } = this.#deps.world.directory.byJid(jidOf(contact)) ?? {};
    const contactAction = {
      ...{ fullName: name, firstName, saveOnPrimaryAddressbook: true },
      ...(lidJid && { lidJid }),
      ...(username !== undefined && { username }),
    };
    await this.set('critical_unblock_low', {
      index: ['contact', jidOf(contact)],
      value: { contactAction },
      version: 2,
    });
  }

  /** Removes a contact from the address book. */
  async removeContact(contact: Chat): Promise<void> {
    const index = ['contact', jidOf(contact)];
    const setting = this.read('critical_unblock_low').find((each) => each.index.join() === index.join());
    if (!setting) throw new RangeError(`${jidOf(contact)} has no name.`);
    await this.#change('critical_unblock_low', setting, SyncdOperation.REMOVE);
  }

  /** Tells the linked devices the owner's name. */
  async publishName(): Promise<void> {
    await this.set('critical_block', pushName(this.#deps.account.name));
  }

  /** Archives a chat, or fetches it back. */
  async archive(chat: Chat, archived = true): Promise<void> {
    const value = { archiveChatAction: { archived, messageRange: this.#messageRange() } };
    await this.set('regular_low', { index: ['archive', jidOf(chat)], value, version: 3 });
  }

  /** Pins a chat, or unpins it. */
  async pin(chat: Chat, pinned = true): Promise<void> {
    await this.set('regular_low', { index: ['pin_v1', jidOf(chat)], value: { pinAction: { pinned } }, version: 5 });
  }

  /** Mutes a chat until a time (Unix ms), or ends that. */
  async mute(chat: Chat, untilMs: number | undefined): Promise<void> {
    const muteAction = untilMs === undefined ? { muted: false } : { muted: true, muteEndTimestamp: untilMs };
    await this.set('regular_high', { index: ['mute', jidOf(chat)], value: { muteAction }, version: 2 });
  }

  /** Marks a chat as read, or as unread. Nobody else gets a receipt for that. */
  async markRead(chat: Chat, read = true): Promise<void> {
    const value = { markChatAsReadAction: { read, messageRange: this.#messageRange() } };
    await this.set('regular_low', { index: ['markChatAsRead', jidOf(chat)], value, version: 3 });
  }

  /** Removes what is in a chat up to now; the chat stays. */
  async clear(chat: Chat): Promise<void> {
    const value = { clearChatAction: { messageRange: this.#messageRange() } };
    await this.set('regular_high', { index: ['clearChat', jidOf(chat), '1', '0'], value, version: 6 });
  }

  /** The value of a setting that is in place, whichever device made it, by its name such as `['mute', jid]`. */
  find(index: readonly string[]): proto.ISyncActionValue | undefined {
    const all = COLLECTION_NAMES.flatMap((name) => this.read(name));
    return all.find((setting) => setting.index.join() === index.join())?.value;
  }

  /** Sets anything, and notifies the linked devices. */
  async set(name: CollectionName, setting: Setting): Promise<void> {
    await this.#change(name, setting, SyncdOperation.SET);
  }

  /** The settings of a collection, also those that linked devices made. Throws an Error when one of their MACs is wrong. */
  read(name: CollectionName): Setting[] {
    const collection = this.#deps.account.appState.collection(name);
    if (collection.latest) checkLatest({ name, collection }, this.#key(collection.latest.keyId));
    return collection.records.map((record) => openRecord(record, this.#key(record.keyId)));
  }

  /** Answers a linked device that asks for keys. Baileys wraps even that like the copy of a message. */
  asked(device: Endpoint, message: proto.IMessage): void {
    const { protocolMessage } = message.deviceSentMessage?.message ?? message;
    const { keyIds } = protocolMessage?.appStateSyncKeyRequest ?? {};
    if (!keyIds) return;
    const wanted = new Set(keyIds.map(({ keyId }) => hexOf(keyId)));
    const keys = this.#keys.filter(({ id }) => wanted.has(hexOf(id)));
    this.#share([device], keys).catch((error: unknown) => this.#deps.world.failed(error));
  }

  /** A linked device changed something: the phone takes over the name of its owner. */
  #changed(name: CollectionName): void {
    if (name !== 'critical_block') return;
    const setting = this.read(name).find(({ value }) => value.pushNameSetting);
    this.#deps.account.name = setting?.value.pushNameSetting?.name ?? this.#deps.account.name;
  }

  async #change(name: CollectionName, setting: Setting, operation: proto.SyncdMutation.SyncdOperation): Promise<void> {
    const { account, world } = this.#deps;
    if (this.#keys.length === 0) await this.renewKey();
    this.#append(name, setting, operation);
    account.appState.announce(name, account.linked.values(), Math.floor(world.now() / 1000));
    world.changes.announce();
  }

  #append(name: CollectionName, setting: Setting, operation: proto.SyncdMutation.SyncdOperation): void {
    const { account, world } = this.#deps;
    const value = { timestamp: world.now(), ...setting.value };
    const key = this.#keys.at(-1) ?? this.#makeKey();
    const collection = account.appState.collection(name);
    collection.append(makePatch({ name, collection }, [sealMutation({ ...setting, value }, key, operation)], key));
  }

  #makeKey(): SyncKey {
    const key = makeSyncKey(this.#keys.length + 1, this.#deps.world.now());
    this.#keys.push(key);
    return key;
  }

  #key(id: proto.IKeyId | null | undefined): SyncKey {
    const key = this.#keys.find((each) => hexOf(each.id) === hexOf(id?.id));
    if (!key) throw new Error(`${this.#deps.account.number} has no key ${hexOf(id?.id)}.`);
    return key;
  }

  async #share(devices: readonly Endpoint[], keys: readonly SyncKey[]): Promise<void> {
    if (this.withholdsKeys || keys.length === 0) return;
    const appStateSyncKeyShare = { keys: keys.map(sharedKey) };
    for (const device of devices) {
      await sendPeerMessage(this.#deps, device, {
        protocolMessage: { type: Type.APP_STATE_SYNC_KEY_SHARE, appStateSyncKeyShare },
      });
    }
  }

  get #devices(): readonly Endpoint[] {
    return [...this.#deps.account.linked.values()];
  }

  #messageRange(): proto.SyncActionValue.ISyncActionMessageRange {
    return { lastMessageTimestamp: Math.floor(this.#deps.world.now() / 1000), messages: [] };
  }
}

function pushName(name: string): Setting {
  return { index: ['setting_pushName'], value: { pushNameSetting: { name } }, version: 1 };
}

function jidOf(chat: Chat): string {
  return typeof chat === 'string' ? chat : chat.jid;
}

function hexOf(bytes: Uint8Array | null | undefined): string {
  return Buffer.from(bytes ?? []).toString('hex');
}
