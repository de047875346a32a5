import { areJidsSameUser, type BinaryNode, type WAMessage } from '@whiskeysockets/baileys';
import { BoundedCache } from '../../kit/bounded-cache.ts';
import { type Clock } from '../../kit/clock.ts';

/** How long a call may ring, with time to spare; more than `max` at a time would be an attack. */
const CALLS = { ttlMs: 300_000, max: 1_000 };

/** What ended a call on this device only: the owner has answered it on another. */
const ELSEWHERE: ReadonlySet<string> = new Set(['accepted_elsewhere', 'rejected_elsewhere']);

/** What is known of a call. */
interface Call {
  /** The caller's phone number, as a JID, if WhatsApp says it. */
  callerPn?: { remoteJidAlt: string };
  isGroup?: boolean;
  /** Whether it was answered, or has ended. */
  isOver?: boolean;
}

/**
 * Finds the one-to-one calls that end before the owner answers them on any device. (Baileys makes a message without content of those
 * that rang in vain, and none of those that the caller gave up.)
 */
export class MissedCalls {
  readonly #calls: BoundedCache<Call>;

  constructor(clock: Clock) {
    this.#calls = new BoundedCache(clock, CALLS);
  }

  /**
   * Call it with each `<call>`, for the account `me`. Returns the message that a missed call becomes, when this stanza ends one; its
   * id is the call's.
   */
  take(stanza: BinaryNode, me: string | undefined): WAMessage | undefined {
    const [info] = Array.isArray(stanza.content) ? stanza.content : [];
    const id = info?.attrs['call-id'];
    if (!info || !id) return undefined;
    const before = this.#calls.get(id) ?? {};
    const call = { ...before, ...changeBy(info) };
    this.#calls.set(id, call);
    if (before.isOver || !isMissed(info, call)) return undefined;
    const message = messageOf(stanza, info, call);
    return areJidsSameUser(message.key.remoteJid ?? '', me) ? undefined : message;
  }
}

function messageOf({ attrs }: BinaryNode, info: BinaryNode, { callerPn }: Call): WAMessage {
  const { 'call-id': id, 'call-creator': remoteJid = attrs.from } = info.attrs;
  return {
    key: { remoteJid: remoteJid ?? null, id: id ?? null, fromMe: false, ...callerPn },
    message: { callLogMesssage: {} },
    messageTimestamp: Number(attrs.t),
  };
}

/** Whether this ends a one-to-one call that nobody has answered, as far as it says. */
function isMissed({ tag, attrs }: BinaryNode, { isGroup }: Call): boolean {
  return tag === 'terminate' && isGroup !== true && !ELSEWHERE.has(attrs.reason ?? '');
}

function changeBy({ tag, attrs }: BinaryNode): Call {
  if (tag === 'offer' || tag === 'offer_notice') {
    return { ...numberIn(attrs), isGroup: attrs.type === 'group' || attrs['group-jid'] !== undefined };
  }
  return ['accept', 'reject', 'terminate'].includes(tag) ? { ...numberIn(attrs), isOver: true } : {};
}

function numberIn({ caller_pn: remoteJidAlt }: Record<string, string>): Pick<Call, 'callerPn'> {
  return remoteJidAlt === undefined ? {} : { callerPn: { remoteJidAlt } };
}
