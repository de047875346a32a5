import {
  areJidsSameUser,
  type BinaryNode,
  extractAddressingContext,
  isHostedLidUser,
  isHostedPnUser,
  isJidMetaAI,
  isLidUser,
  isPnUser,
  jidDecode,
} from '@whiskeysockets/baileys';

/** The account's own JIDs. */
interface Me {
  id: string;
  lid?: string | undefined;
}

/** Whom a receipt is for: `to`, or the chat `recipient` alone. */
interface Addressee {
  to?: string | undefined;
  recipient?: string;
}

/**
 * Whether Baileys' receipt for a message with these attributes goes to somebody who did not send it: WhatsApp then goes on
 * waiting, since Baileys sends no `<ack>` for what it decrypted. Baileys answers the chat of an own message, and a peer message
 * that names somebody else as its recipient is in that person's chat.
 */
export function isReceiptStray(attrs: BinaryNode['attrs'], me: Me): boolean {
  const { from } = attrs;
  if (from === undefined || !isPerson(from)) return false;
  const { to, recipient } = addresseeOf(attrs, from, me);
  return to === undefined ? recipient !== attrs.recipient : !isSamePerson(to, from);
}

function isPerson(jid: string): boolean {
  return [isPnUser, isLidUser, isHostedPnUser, isHostedLidUser].some((is) => is(jid));
}

/** The addressee that Baileys chooses (`handleMessage`, `sendReceipt`). */
function addresseeOf(attrs: BinaryNode['attrs'], from: string, me: Me): Addressee {
  const chat = attrs.recipient && !isJidMetaAI(attrs.recipient) ? attrs.recipient : from;
  const isOwn = areJidsSameUser(from, me.id) || areJidsSameUser(from, me.lid);
  if (attrs.category === 'peer' || !isOwn || !(isPnUser(chat) || isLidUser(chat))) return { to: chat };
  const { senderAlt } = extractAddressingContext({ tag: 'message', attrs });
  return { recipient: chat, to: isLidUser(chat) || isLidUser(senderAlt) ? from : attrs.participant };
}

function isSamePerson(one: string, other: string): boolean {
  return areJidsSameUser(one, other) && jidDecode(one)?.server === jidDecode(other)?.server;
}
