import type { BaileysEventMap, WASocket } from '@whiskeysockets/baileys';
import { aliasOf, type LabelChange } from '../../domain/label.ts';
import type { ConnectionEvent } from '../../ports/connection.ts';
import { isGroup, lidOf, numberOf } from '../addressing/jid.ts';
import { peopleOf } from '../addressing/people.ts';
import type { AppStateResync } from '../baileys/app-state-resync.ts';
import type { EventTaps } from '../baileys/event-tap.ts';

/** What is beyond in one resync is not taken. */
const MOST_CHANGES = 25_000;
const LONGEST_JID = 64;
const LONGEST_ID = 128;
const LONGEST_LABEL_ID = 32;
const LONGEST_NAME = 100;
const MAX_COLOR = 2 ** 31 - 1;

/** Dependencies of {@link labelTaps}. */
interface LabelNewsDeps {
  socket: Pick<WASocket, 'authState'>;
  resync: Pick<AppStateResync, 'emitted'>;
  /** Emits what `make` resolves with, in its turn. */
  emit: (make: () => Promise<ConnectionEvent | undefined>) => void;
}

/** Tells what the account's phone and devices change of labels. Labels of an app state that is read for the first time are all there are. */
export function labelTaps({ socket, resync, emit }: LabelNewsDeps): EventTaps {
  let batch: { changes: LabelChange[]; emitted: 'first' | 'change' } | undefined;
  const changed = (change: LabelChange | undefined): void => {
    const { emitted } = resync;
    if (!change || !emitted) return;
    // They come one by one, at once, and are stored together.
    if (batch?.emitted === emitted) {
      if (batch.changes.length < MOST_CHANGES) batch.changes.push(change);
      return;
    }
    const begun = { changes: [change], emitted };
    batch = begun;
    emit(async () => {
      if (batch === begun) batch = undefined;
      const changes = await withAliases(socket.authState.keys, begun.changes);
      const news = { what: 'labels', changes, isWhole: emitted === 'first' } as const;
      return { kind: 'account-news', news: { ...news, isNews: emitted === 'change' } };
    });
  };
  return {
    'labels.edit': (label) => changed(editOf(label)),
    'labels.association': (association) => changed(associationOf(association)),
  };
}

/** What was labeled by a number may later be labeled by its LID: it is the same chat. */
async function withAliases(
  keys: WASocket['authState']['keys'],
  changes: readonly LabelChange[],
): Promise<readonly LabelChange[]> {
  const chats = changes.map((change) => (change.what === 'labeled' ? [change.item.chatId] : []));
  const people = await peopleOf(keys, chats);
  return changes.map((change, at) => {
    const person = people[at];
    return change.what === 'labeled' && person ? { ...change, alias: aliasOf(change.item.chatId, person) } : change;
  });
}

/** Whatever its types say, everything in it may be missing, or anything. */
function editOf({ id, name, color, deleted, predefinedId }: BaileysEventMap['labels.edit']): LabelChange | undefined {
  const labelId = shortText(id, LONGEST_LABEL_ID);
  if (labelId === undefined) return undefined;
  if (deleted) return { what: 'deleted', labelId };
  const written: unknown = name;
  const text = typeof written === 'string' ? written.slice(0, LONGEST_NAME).toWellFormed() : '';
  const label = { labelId, name: text, color: smallNumber(color) ?? 0, predefinedId: smallNumber(predefinedId) };
  return { what: 'edited', label };
}

function associationOf({ type, association }: BaileysEventMap['labels.association']): LabelChange | undefined {
  const labelId = shortText(association.labelId, LONGEST_LABEL_ID);
  const chatId = shortText(association.chatId, LONGEST_JID);
  const isOfMessage = 'messageId' in association;
  const messageId = isOfMessage ? shortText(association.messageId, LONGEST_ID) : null;
  if (labelId === undefined || chatId === undefined || messageId === undefined || !isChat(chatId)) return undefined;
  return { what: 'labeled', item: { labelId, chatId, messageId }, isOn: type === 'add' };
}

/** Channels and statuses have no labels. */
function isChat(jid: string): boolean {
  return isGroup(jid) || numberOf(jid) !== null || lidOf(jid) !== null;
}

/** Names are not cut: they would name something else. */
function shortText(text: unknown, max: number): string | undefined {
  return typeof text === 'string' && text !== '' && text.length <= max ? text.toWellFormed() : undefined;
}

function smallNumber(value: unknown): number | null {
  const number = value === undefined || value === null ? NaN : Number(value);
  return Number.isInteger(number) && number >= 0 && number <= MAX_COLOR ? number : null;
}
