import { type BinaryNode, jidDecode, type WASocket } from '@whiskeysockets/baileys';
import { plainAck } from './plain-ack.ts';

/** Baileys emits stanzas under names of this form: `CB:<tag>`, `CB:<tag>,<attribute>…`, `CB:<tag>,,<tag of a child>`. */
const PREFIX = 'CB:';
const IN_DETAIL = /^CB:(?<tag>[^,]*),/;
/** What WhatsApp keeps for us until we acknowledge it. */
const KEPT = new Set(['message', 'receipt', 'notification', 'call']);
/** The attributes by which an acknowledgement is recognized. */
const NAMED = ['id', 'from', 'participant', 'recipient', 'type'] as const;
/** The server itself, as some stanzas write it. */
const SERVERS = new Set(['s.whatsapp.net', 'g.us']);
/**
 * Those whose devices Baileys can write, in one byte each; a device at `c.us` it writes as one at `s.whatsapp.net`. With other
 * messengers a linked device does not talk.
 */
const WITH_DEVICES = new Set(['s.whatsapp.net', 'lid', 'hosted', 'hosted.lid']);
const MAX_DEVICE = 255;
/** A message has two at most. Each can cost 2,000 steps of a ratchet, and nobody else gets a turn meanwhile. */
const MAX_CIPHERTEXTS = 8;

/** A JID as Baileys reads it, or any other text as a `user`. */
interface ReadJid {
  user: string;
  server?: string;
  device?: number | undefined;
}

/** Receives what {@link takeUnfitStanzas} notices. */
export interface UnfitListener {
  /** Whether nobody waits for this message any more. */
  isGivenUp(stanza: BinaryNode): boolean;
  /** A stanza was acknowledged and dropped. */
  dropped(stanza: BinaryNode): void;
  /** A listener threw, or an acknowledgement could not be sent; the connection is as good as before. */
  failed(error: unknown): void;
}

/**
 * Acknowledges what Baileys could not: without `from` it throws before it acknowledges, and a JID that it does not
 * understand is written differently in its acknowledgement. WhatsApp would deliver such a stanza again at each login, and end
 * the connection because of it. What any listener throws at once is reported, and holds up no other stanza. To be called
 * last, when all of Baileys' own listeners are in place.
 *
 * Baileys emits a stanza some 25 times in a row: under its tag with each of its attributes, and last under its tag alone. It is
 * judged once, and only emitted under names that somebody may listen to.
 */
export function takeUnfitStanzas(socket: WASocket, listener: UnfitListener): void {
  const { ws } = socket;
  const emit = ws.emit.bind(ws);
  const detailed = tagsHeardInDetail(ws);
  const isGood = judgeOnce((stanza) => isFit(stanza) && !listener.isGivenUp(stanza));
  ws.emit = (event: string | symbol, ...data: unknown[]) => {
    const [stanza] = data;
    if (!isStanza(stanza) || typeof event !== 'string' || !event.startsWith(PREFIX)) return emit(event, ...data);
    const { tag } = stanza;
    const isLast = event.length === PREFIX.length + tag.length;
    if (!isLast && !detailed.has(tag)) return false;
    if (!KEPT.has(tag)) return emit(event, stanza);
    if (isGood(stanza, isLast)) return attempt(() => emit(event, stanza), listener);
    if (isLast) drop(socket, stanza, listener);
    return true;
  };
}

/** The tags of stanzas that are listened to by more than their tag; it grows with the listeners. */
function tagsHeardInDetail(ws: WASocket['ws']): ReadonlySet<string> {
  const tags = new Set<string>();
  const note = (event: string | symbol): void => {
    const tag = IN_DETAIL.exec(String(event))?.groups?.tag;
    if (tag !== undefined) tags.add(tag);
  };
  ws.eventNames().forEach(note);
  ws.on('newListener', note);
  return tags;
}

/** Remembers what `judge` says of a stanza until it comes for the last time. */
function judgeOnce(judge: (stanza: BinaryNode) => boolean): (stanza: BinaryNode, isLast: boolean) => boolean {
  let judged: BinaryNode | undefined;
  let verdict = false;
  return (stanza, isLast) => {
    if (judged !== stanza) verdict = judge(stanza);
    judged = isLast ? undefined : stanza;
    return verdict;
  };
}

function attempt(emit: () => boolean, listener: UnfitListener): boolean {
  try {
    return emit();
  } catch (error) {
    listener.failed(error);
    return true;
  }
}

function drop(socket: WASocket, stanza: BinaryNode, listener: UnfitListener): void {
  listener.dropped(stanza);
  if (stanza.attrs.id) socket.sendRawMessage(plainAck(stanza)).catch((error: unknown) => listener.failed(error));
}

function isStanza(data: unknown): data is BinaryNode {
  return typeof data === 'object' && data !== null && 'tag' in data;
}

/** Whether Baileys understands whom a stanza is from, can acknowledge it, and is not kept busy by it. */
export function isFit({ attrs, content }: BinaryNode): boolean {
  if (!attrs.id || !attrs.from || ![attrs.from, attrs.participant, attrs.recipient].every(isAddress)) return false;
  return ciphertextsIn(content) <= MAX_CIPHERTEXTS && NAMED.every((name) => isUnderstood(attrs[name]));
}

function ciphertextsIn(content: BinaryNode['content']): number {
  return Array.isArray(content) ? content.filter(({ tag }) => tag === 'enc').length : 0;
}

function isAddress(text: string | undefined): boolean {
  return text === undefined || text.includes('@') || SERVERS.has(text);
}

/** Whether a text is no JID, or one that Baileys writes as it reads it. */
function isUnderstood(text: string | undefined): boolean {
  // Empty ones are left out of its acknowledgement.
  if (text === undefined || text === '') return text === undefined;
  const jid = text.includes('@') ? jidDecode(text) : { user: text };
  return jid !== undefined && isWritable(jid) && spelled(jid) === text;
}

/** Baileys writes `1@`, too, but WhatsApp could not read a JID without a server. */
function isWritable({ server, device }: ReadJid): boolean {
  if (server === undefined) return true;
  if (server === '') return false;
  return device === undefined || (WITH_DEVICES.has(server) && device > 0 && device <= MAX_DEVICE);
}

function spelled({ user, server, device }: ReadJid): string {
  const name = device === undefined ? user : `${user}:${device}`;
  return server === undefined ? name : `${name}@${server}`;
}
