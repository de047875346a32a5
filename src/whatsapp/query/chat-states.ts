import { NOBODY } from '../../domain/person.ts';
import type { WASocket } from '@whiskeysockets/baileys';
import { type Recipient, jidOfNumber } from '../../domain/address.ts';
import type { ChatChange } from '../../domain/chat-state.ts';
import type { Label, LabeledItem } from '../../domain/label.ts';
import { AppError } from '../../domain/errors.ts';
import type { Clock } from '../../kit/clock.ts';
import type { TokenBucket } from '../../kit/token-bucket.ts';
import type { ChatStateActions } from '../../ports/account-actions.ts';
import { isGroup, lidOf, numberOf, withoutDevice } from '../addressing/jid.ts';
import { isMigrated } from '../addressing/migration.ts';
import { peopleOf } from '../addressing/people.ts';
import type { RecipientLookup } from '../addressing/recipient-lookup.ts';
import type { AppStateChanges } from '../baileys/app-state-changes.ts';
import type { KnownMessages } from '../receive/known-messages.ts';
import * as patches from './app-state-patches.ts';
import type { BaileysGroups } from './groups.ts';
import { lookUp } from './look-up.ts';
import type { Queries } from './queries.ts';

/** Dependencies of {@link BaileysChatStates}. */
export interface ChatStatesDeps {
  queries: Queries;
  /** @throws AppError `session_not_connected` */
  appState: () => AppStateChanges;
  groups: Pick<BaileysGroups, 'view'>;
  knownMessages: KnownMessages;
  lookup: RecipientLookup;
  allowance: TokenBucket;
  clock: Clock;
}

/** Chats as the account's own devices show them, over one connection. */
export class BaileysChatStates implements ChatStateActions {
  readonly #deps: ChatStatesDeps;

  constructor(deps: ChatStatesDeps) {
    this.#deps = deps;
  }

  async change(chat: Recipient, { archived, pinned, mutedUntilMs, unread }: ChatChange): Promise<void> {
    const jid = await this.#chat(chat);
    if (isGroup(jid)) await this.#deps.groups.view(jid);
    const now = this.#now();
    // Clients show no chat as both.
    if (archived === true && pinned === undefined) await this.#make(patches.pin(jid, false));
    if (archived !== undefined) await this.#make(patches.archive(jid, archived, now));
    if (pinned !== undefined) await this.#make(patches.pin(jid, pinned));
    if (mutedUntilMs !== undefined) await this.#make(patches.mute(jid, mutedUntilMs));
    if (unread !== undefined) await this.#make(patches.markRead(jid, !unread, now));
  }

  async clear(chat: Recipient): Promise<void> {
    await this.#make(patches.clear(await this.#chat(chat), this.#now()));
  }

  async delete(chat: Recipient): Promise<void> {
    await this.#make(patches.deleteChat(await this.#chat(chat), this.#now()));
  }

  async star(messageId: string, starred: boolean): Promise<void> {
    await this.#make(patches.star(await this.#message(messageId), starred));
  }

  async deleteForMe(messageId: string, withFile: boolean): Promise<void> {
    await this.#make(patches.deleteForMe(await this.#message(messageId), withFile));
  }

  async editLabel(label: Label): Promise<void> {
    await this.#make(patches.editLabel(label));
  }

  async deleteLabel(label: Label): Promise<void> {
    await this.#make(patches.deleteLabel(label));
  }

  async labelChat(labelId: string, chat: Recipient, isOn: boolean): Promise<LabeledItem> {
    const item = { labelId, chatId: await this.#chat(chat), messageId: null };
    await this.#make(patches.label(item, isOn));
    return item;
  }

  async labelMessage(labelId: string, messageId: string, isOn: boolean): Promise<LabeledItem> {
    const { chat: chatId } = await this.#message(messageId);
    await this.#make(patches.label({ labelId, chatId, messageId }, isOn));
    return { labelId, chatId, messageId };
  }

  async #make(patch: patches.DatedPatch): Promise<void> {
    const { queries, appState, clock } = this.#deps;
    await queries.ask(() => appState().change(patch(clock.now())));
  }

  #now(): number {
    return this.#deps.appState().nowSeconds();
  }

  /** The name of the chat in the app state. */
  #chat(chat: Recipient): Promise<string> {
    return this.#deps.queries.ask(async (socket) => nameOf(socket, await lookUp(this.#deps, socket, chat)));
  }

  #message(messageId: string): Promise<patches.NamedMessage> {
    const { queries, knownMessages } = this.#deps;
    return queries.ask(async (socket) => {
      const message = await knownMessages.find(messageId);
      const { remoteJid } = message?.key ?? {};
      if (!message || !remoteJid || !isChat(remoteJid)) throw new AppError('message_not_found');
      const chat = await nameOf(socket, remoteJid);
      const isOwn = message.key.fromMe === true;
      const author = isGroup(chat) ? authorIn(socket, message.key.participant) : undefined;
      return { chat, id: messageId, isOwn, author, sentAt: Number(message.messageTimestamp ?? 0) };
    });
  }
}

/** The name of a chat in the app state: phones name people by LID once the account is migrated, and by number before. */
async function nameOf({ authState: { keys, creds } }: WASocket, jid: string): Promise<string> {
  if (isGroup(jid)) return jid;
  const [{ number, lid } = NOBODY] = await peopleOf(keys, [[jid]]);
  const byNumber = number === null ? null : jidOfNumber(number);
  return (isMigrated(creds) ? (lid ?? byNumber) : (byNumber ?? lid)) ?? jid;
}

/** Statuses and channels are no chats. */
function isChat(jid: string): boolean {
  return isGroup(jid) || lidOf(jid) !== null || numberOf(jid) !== null;
}

function authorIn({ authState }: WASocket, participant: string | null | undefined): string | undefined {
  const me = authState.creds.me?.id;
  return participant ? withoutDevice(participant) : me && withoutDevice(me);
}
