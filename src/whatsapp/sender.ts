import { type WAMessage } from '@whiskeysockets/baileys';
import { type Sender } from '../domain/message.ts';
import { jidOfNumber, lidOf, numberOf, withoutDevice } from './jid.ts';

/** Finds the phone-number JID that belongs to a LID; `null` when WhatsApp never told. */
export type FindNumberJid = (lid: string) => Promise<string | null>;

/** The account's own JIDs, for messages that its owner sent. */
export interface Owner {
  id: string;
  lid?: string | undefined;
}

/** A message, and whose account has it. */
export interface Owned {
  message: WAMessage;
  me: Owner;
}

/** Who sent the message, under both addressings where both are known. */
export async function readSender(owned: Owned, find: FindNumberJid): Promise<Sender> {
  const jids = senderJids(owned);
  const lid = jids.map(lidOf).find((found) => found !== null) ?? null;
  const number =
    jids.map(numberOf).find((found) => found !== null) ?? (lid === null ? null : numberOf(await find(lid)));
  return { number, lid, pushName: owned.message.pushName ?? null };
}

/** Every JID, without a device, by which the sender of the message may be named. */
export async function senderNames(owned: Owned, find: FindNumberJid): Promise<string[]> {
  const { number, lid } = await readSender(owned, find);
  const named = senderJids(owned).flatMap((jid) => (jid ? [withoutDevice(jid)] : []));
  return [...new Set([...named, ...(lid === null ? [] : [lid]), ...(number === null ? [] : [jidOfNumber(number)])])];
}

/** Every address by which WhatsApp named the sender: in groups the participant, else the chat itself. */
function senderJids({ message: { key }, me }: Owned): (string | null | undefined)[] {
  if (key.fromMe) return [me.id, me.lid];
  if (key.participant) return [key.participant, key.participantAlt];
  return [key.remoteJid, key.remoteJidAlt];
}
