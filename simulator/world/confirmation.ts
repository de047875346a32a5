import type { Stanza } from '../kit/stanza.ts';

type Attrs = Stanza['attrs'];

/**
 * Whether an `<ack>` with these attributes is for `stanza`: its class, id and sender, the participant and the recipient
 * if the stanza has them, and the type of anything but a message, whose type clients may leave out. To WhatsApp, an ack
 * without one of them is none (Baileys#1084, #1910).
 */
export function isAckOf({ tag, attrs }: Stanza, ack: Attrs): boolean {
  if (ack.class !== tag || ack.id !== attrs.id) return false;
  if (tag !== 'message' && (ack.type ?? '') !== (attrs.type ?? '')) return false;
  return (
    isSame(ack.to, attrs.from) && isSame(ack.participant, attrs.participant) && isSame(ack.recipient, attrs.recipient)
  );
}

/**
 * Whether a `<receipt>` to `to` or, without it, about the chat `recipient` is for this message. A receipt names a person
 * or a device. Baileys omits `to` for an own copy whose recipient it does not know by LID.
 */
export function isReceiptOf({ attrs }: Stanza, { to, recipient }: Attrs): boolean {
  return to === undefined ? isSame(recipient, attrs.recipient) : isSame(userOf(to), userOf(attrs.from));
}

/** Whether two JIDs are the same: an omitted device is 0, `c.us` an old name, and the server is written in two ways. */
function isSame(one: string | undefined, other: string | undefined): boolean {
  return spelled(one) === spelled(other);
}

function spelled(jid: string | undefined): string | undefined {
  return jid
    ?.replace(/^@/, '')
    .replace(':0@', '@')
    .replace(/@c\.us$/, '@s.whatsapp.net');
}

function userOf(jid: string | undefined): string | undefined {
  return jid?.replace(/:\d+@/, '@');
}
