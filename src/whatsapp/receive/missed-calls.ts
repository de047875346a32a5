import { areJidsSameUser, type BinaryNode, type WAMessage } from '@whiskeysockets/baileys';
import { BoundedCache } from '../../kit/bounded-cache.ts';
import { type Clock } from '../../kit/clock.ts';
import { isGroup } from '../addressing/jid.ts';

/** How long a call may ring, with time to spare; more than `max` at a time would be an attack. */
const CALLS = { ttlMs: 300_000, max: 1_000 };

/** What ended a call on this device only: the owner has answered it on another. */
const ELSEWHERE: ReadonlySet<string> = new Set(['accepted_elsewhere', 'rejected_elsewhere']);

/** What is known of a call. */
interface Call {
  /** The caller's phone number, as a JID, if WhatsApp says it. */
  callerPn?: string | undefined;
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
  take({ attrs, content }: BinaryNode, me: string | undefined): WAMessage | undefined {
    const [info] = Array.isArray(content) ? content : [];
    const id = info?.attrs['call-id'];
    if (!info || !id) return undefined;
    const call = this.#calls.get(id) ?? {};
    this.#calls.set(id, { ...call, ...changeBy(info) });
    if (call.isOver || call.isGroup || !isGivenUp(info)) return undefined;
    const { 'call-creator': caller = attrs.from ?? '', caller_pn: callerPn = call.callerPn } = info.attrs;
    if (isGroup(caller) || areJidsSameUser(caller, me)) return undefined;
    return {
      key: { remoteJid: caller, remoteJidAlt: callerPn, id, fromMe: false },
      message: { callLogMesssage: {} },
      messageTimestamp: Number(attrs.t),
    };
  }
}

/** Whether this ends a call that nobody has answered, as far as this stanza says. */
function isGivenUp({ tag, attrs }: BinaryNode): boolean {
  return tag === 'terminate' && !ELSEWHERE.has(attrs.reason ?? '');
}

function changeBy({ tag, attrs }: BinaryNode): Call {
  if (tag === 'offer' || tag === 'offer_notice') {
    return { callerPn: attrs.caller_pn, isGroup: attrs.type === 'group' || attrs['group-jid'] !== undefined };
  }
  return ['accept', 'reject', 'terminate'].includes(tag) ? { isOver: true } : {};
}
