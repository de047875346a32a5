import { areJidsSameUser, type BinaryNode, getBinaryNodeChild, type WAMessage } from '@whiskeysockets/baileys';
import type { CallState, RingingCall } from '../../domain/call.ts';
import { BoundedCache } from '../../kit/bounded-cache.ts';
import { type Clock, isCredibleTime } from '../../kit/clock.ts';
import { parseGroupId } from '../../domain/address.ts';
import { withoutDevice } from '../addressing/jid.ts';
import { type Addresses, namesIn } from '../addressing/people.ts';

/** How long a call may ring, with time to spare; more than `max` at a time would be an attack. */
const CALLS = { ttlMs: 300_000, max: 1_000 };

/** WhatsApp's own ids have 32 characters, but callers choose theirs freely. */
const MAX_ID_LENGTH = 512;

/** What ended a call on this device only: the owner has answered it on another. */
const ELSEWHERE: ReadonlySet<string> = new Set(['accepted_elsewhere', 'rejected_elsewhere']);

/** What is known of a call. */
interface Call {
  /** The caller's phone number, as a JID, if WhatsApp says it. */
  callerPn?: { remoteJidAlt: string };
  isGroup?: boolean;
  groupId?: string | undefined;
  isVideo?: boolean;
  /** What was told of it last. */
  state?: CallState | undefined;
  /** Whether it was answered, or has ended. */
  isOver?: boolean;
  /** Set while it rings here. */
  ringing?: Ringing | undefined;
}

/** A call that rings, and what it becomes if nobody answers it. */
interface Ringing {
  view: RingingCall;
  message: WAMessage;
}

/** What is new of any call, with its caller as WhatsApp addresses them. */
export interface RawCallNews {
  callId: string;
  state: CallState;
  caller: Addresses;
  isVideo: boolean | null;
  groupId: string | null;
  isTimeout: boolean;
}

/** What a stanza says about a call: the first two about one-to-one calls. */
export interface CallChange {
  /** It begins to ring. */
  begun?: RingingCall;
  /** It has ended, and nobody answered it on any device: the message that it becomes, whose id is the call's. */
  missed?: WAMessage;
  news?: RawCallNews;
}

/**
 * The one-to-one calls of one connection, in bounded memory: those that ring, and those that end before the owner answers them
 * on any device. (Baileys would make a message without content of those that rang in vain, and none of those that the caller gave up.)
 */
export class Calls {
  readonly #clock: Clock;
  readonly #calls: BoundedCache<Call>;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#calls = new BoundedCache(clock, CALLS);
  }

  /** Call it with each `<call>`, for the account `me`. */
  take(stanza: BinaryNode, me: string | undefined): CallChange {
    const named = infoOf(stanza);
    if (!named) return {};
    const { id, info } = named;
    const { ringing: before, ...known }: Call = this.#calls.get(id) ?? {};
    const call: Call = { ...known, ...changeBy(info) };
    const message = messageOf(stanza, info, call);
    if (areJidsSameUser(message.key.remoteJid ?? undefined, me)) return {};
    const ringing = mayRing(call) ? (before ?? this.#beginning(stanza, info, message)) : undefined;
    const news = newsBy(info, call, message);
    this.#calls.set(id, { ...call, ...stateIn(news), ringing });
    if (ringing && !before) return { begun: ringing.view, ...news };
    return known.isOver ? news : { ...missedBy(info, call, message), ...news };
  }

  /** The calls that ring now, the oldest first. */
  ringing(): RingingCall[] {
    return this.#calls.entries().flatMap(([, { ringing }]) => ringing?.view ?? []);
  }

  /** The address of the caller of a call that rings; `undefined` for every other id. */
  callerOf(callId: string): string | undefined {
    return this.#calls.get(callId)?.ringing?.message.key.remoteJid ?? undefined;
  }

  /** This device has rejected a call: it has ended. Returns the message that it becomes, if it still rang. */
  rejected(callId: string): CallChange {
    const { ringing, ...call } = this.#calls.get(callId) ?? {};
    if (!ringing) return {};
    this.#calls.set(callId, { ...call, isOver: true, state: 'rejected' });
    return { missed: ringing.message, news: newsOf(call, { state: 'rejected', message: ringing.message }) };
  }

  /** A call that waited at WhatsApp while we were away no longer rings. */
  #beginning({ attrs }: BinaryNode, info: BinaryNode, message: WAMessage): Ringing | undefined {
    if (!OFFERS.has(info.tag) || attrs.offline !== undefined) return undefined;
    const { id, remoteJid, remoteJidAlt } = message.key;
    const caller = namesIn([remoteJid, remoteJidAlt]);
    if (caller.number === null && caller.lid === null) return undefined;
    const key = { ...message.key, remoteJid: withoutDevice(remoteJid ?? '') };
    const sentAtMs = Number(attrs.t) * 1000;
    const startedAtMs = isCredibleTime(sentAtMs) ? sentAtMs : this.#clock.now();
    const isVideo = getBinaryNodeChild(info, 'video') !== undefined;
    return { view: { callId: id ?? '', caller, isVideo, startedAtMs }, message: { ...message, key } };
  }
}

/** What a `<call>` says; `undefined` when it names no call. */
function infoOf({ content }: BinaryNode): { id: string; info: BinaryNode } | undefined {
  const [info] = Array.isArray(content) ? content : [];
  const id = info?.attrs['call-id'];
  return info && id && id.length <= MAX_ID_LENGTH ? { id, info } : undefined;
}

function mayRing({ isOver, isGroup }: Call): boolean {
  return isOver !== true && isGroup !== true;
}

const OFFERS: ReadonlySet<string> = new Set(['offer', 'offer_notice']);

function messageOf({ attrs }: BinaryNode, info: BinaryNode, { callerPn }: Call): WAMessage {
  const { 'call-id': id, 'call-creator': remoteJid = attrs.from } = info.attrs;
  return {
    key: { remoteJid: remoteJid ?? null, id: id ?? null, fromMe: false, ...callerPn },
    message: { callLogMesssage: {} },
    messageTimestamp: Number(attrs.t),
  };
}

/** The message, if this ends a one-to-one call that nobody has answered, as far as it says. */
function missedBy({ tag, attrs }: BinaryNode, { isGroup }: Call, missed: WAMessage): CallChange {
  return tag === 'terminate' && isGroup !== true && !ELSEWHERE.has(attrs.reason ?? '') ? { missed } : {};
}

/** What a signal says, by its tag and its reason, or by its tag alone. */
const STATES: ReadonlyMap<string, CallState> = new Map([
  ['accept', 'accepted_elsewhere'],
  ['terminate accepted_elsewhere', 'accepted_elsewhere'],
  ['reject', 'rejected_elsewhere'],
  ['terminate rejected_elsewhere', 'rejected_elsewhere'],
  ['terminate', 'missed'],
]);

const GOES_ON: ReadonlySet<CallState | undefined> = new Set<CallState | undefined>([
  undefined,
  'ringing',
  'accepted_elsewhere',
]);

/** What is new; nothing for what was told before, or is told of no call that goes on. */
function newsBy(info: BinaryNode, call: Call, message: WAMessage): Pick<CallChange, 'news'> {
  const { state: before } = call;
  const { tag, attrs } = info;
  const state = OFFERS.has(tag) ? 'ringing' : (STATES.get(`${tag} ${attrs.reason ?? ''}`) ?? STATES.get(tag));
  if (!state || !mayFollow(state, before)) return {};
  const isOver = state === 'missed' && before === 'accepted_elsewhere';
  return { news: newsOf(call, { state: isOver ? 'ended' : state, message, info }) };
}

function mayFollow(state: CallState, before: CallState | undefined): boolean {
  return state === 'ringing' ? before === undefined : GOES_ON.has(before) && state !== before;
}

function stateIn({ news }: Pick<CallChange, 'news'>): Pick<Call, 'state'> {
  return news ? { state: news.state } : {};
}

function newsOf(
  { isVideo, groupId }: Call,
  { state, message: { key }, info }: { state: CallState; message: WAMessage; info?: BinaryNode },
): RawCallNews {
  return {
    ...{ callId: (key.id ?? '').toWellFormed(), state, caller: [key.remoteJid, key.remoteJidAlt] },
    ...{ isVideo: isVideo ?? null, groupId: groupId ?? null },
    isTimeout: state === 'missed' && info?.attrs.reason === 'timeout',
  };
}

function changeBy(info: BinaryNode): Call {
  const { tag, attrs } = info;
  if (OFFERS.has(tag)) {
    const { type, 'group-jid': group, media } = attrs;
    return {
      ...{ ...numberIn(attrs), isGroup: type === 'group' || group !== undefined, groupId: parseGroupId(group ?? '') },
      isVideo: media === 'video' || getBinaryNodeChild(info, 'video') !== undefined,
    };
  }
  return ['accept', 'reject', 'terminate'].includes(tag) ? { ...numberIn(attrs), isOver: true } : {};
}

function numberIn({ caller_pn: remoteJidAlt }: Record<string, string>): Pick<Call, 'callerPn'> {
  return remoteJidAlt === undefined ? {} : { callerPn: { remoteJidAlt } };
}
