import type { Counters } from '../kit/counters.ts';
import { childOf, childrenOf, node, type Stanza } from '../kit/stanza.ts';
import { type Addressing, parseJid } from '../world/address.ts';
import type { Directory } from '../world/directory.ts';
import type { Endpoint } from '../world/endpoint.ts';
import type { Group } from '../world/group.ts';
import type { LinkedDevice } from '../world/linked-device.ts';
import { messageStanza } from '../world/message-stanza.ts';
import { missedDevices } from '../world/missed-devices.ts';
import { STATUS_JID, StatusAudience } from '../world/status-audience.ts';
import type { Behaviour } from './behaviour.ts';

/** Dependencies of {@link relayMessages}. */
export interface RelayDeps {
  readonly directory: Directory;
  readonly counters: Counters;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
}

/** Acknowledges a client's messages and delivers each encrypted copy (section 10 of the protocol notes). */
export function relayMessages(deps: RelayDeps): Behaviour {
  return {
    name: 'relay messages',
    onStanza(stanza, client) {
      const { device } = client;
      if (stanza.tag !== 'message' || !device) return false;
      deps.counters.messagesFromClients += 1;
      const timestamp = Math.floor(deps.now() / 1000);
      const error = refusal(deps, stanza, device);
      client.send(
        messageAck(stanza, timestamp, error === undefined ? notes(deps.directory, stanza, device) : { error }),
      );
      if (error !== undefined) return true;
      const pass = stanza.attrs.to === STATUS_JID ? relayStatus : relay;
      pass(deps, { stanza, sender: device, timestamp });
      return true;
    },
  };
}

/** The refusal of a message to the number of somebody who is only to be written to by LID. */
const BY_NUMBER = '463';
/** The refusal of a message to a LID without an account, or of one, or a status, to devices of which none is linked any more. */
const NOBODY_THERE = '479';
/** The refusal of a message to a group in which the account may not write. */
const NOT_ALLOWED = '420';
/** The refusal of a message by LID, of an account whose own conversations are not migrated. */
const BY_LID = '400';
/** What a message carries for its recipients besides its ciphertexts. */
const PASSED_ON = new Set(['biz', 'device-identity', 'meta', 'reporting']);

/**
 * The acknowledgement of a client's message, which repeats `edit`; `more` is what else it says, such as the
 * `error` of a refusal. `timestamp` is in seconds.
 */
export function messageAck({ attrs }: Stanza, timestamp: number, more: Record<string, string> = {}): Stanza {
  const { id = '', to = '', edit } = attrs;
  const repeated = edit === undefined ? {} : { edit };
  return node('ack', { class: 'message', id, from: to, t: String(timestamp), ...repeated, ...more });
}

function refusal(deps: RelayDeps, stanza: Stanza, sender: LinkedDevice): string | undefined {
  const { directory } = deps;
  const { to } = stanza.attrs;
  const group = directory.group(to);
  if (group?.has(sender.owner)) return group.lets(sender.owner) ? undefined : NOT_ALLOWED;
  return wrongAddress(directory, to, sender) ?? (isUnreachable(deps, stanza) ? NOBODY_THERE : undefined);
}

function wrongAddress(directory: Directory, to: string | undefined, sender: LinkedDevice): string | undefined {
  const own = directory.byJid(sender.jid('pn'));
  if (directory.byJid(to) === own) return undefined;
  if (directory.isMovedAway(to)) return BY_NUMBER;
  return own?.writesToNumbersOnly && parseJid(to)?.addressing === 'lid' ? BY_LID : undefined;
}

function isUnreachable(deps: RelayDeps, stanza: Stanza): boolean {
  const { to } = stanza.attrs;
  const person = deps.directory.byJid(to);
  if (!person && to !== STATUS_JID) return parseJid(to)?.addressing === 'lid';
  return childOf(stanza, 'participants') !== undefined && personalLetters(deps, stanza).length === 0;
}

/**
 * What an ack says besides that the message is accepted: how many devices a group has, that the message was for other devices than
 * there are, or that a LID is to be looked up anew.
 */
function notes(directory: Directory, stanza: Stanza, sender: LinkedDevice): Record<string, string> {
  const { to } = stanza.attrs;
  const count = directory.group(to)?.endpoints().length;
  const phash = missedDevices(directory, stanza, sender);
  return {
    ...(count !== undefined && { count: String(count) }),
    ...(phash !== undefined && { phash }),
    ...(directory.isOutdated(to) && { refresh_lid: 'true' }),
  };
}

interface Relay {
  readonly stanza: Stanza;
  readonly sender: LinkedDevice;
  readonly timestamp: number;
}

function relay(deps: RelayDeps, { stanza, sender, timestamp }: Relay): void {
  const { id = '', to: chatJid, type = 'text', recipient } = stanza.attrs;
  const group = deps.directory.group(chatJid);
  const chat = group ?? deps.directory.byJid(recipient ?? chatJid);
  const letters = group ? groupLetters(deps, stanza, { group, sender }) : personalLetters(deps, stanza);
  if (!chat || letters.length === 0) deps.counters.undeliverable += 1;
  if (!chat) return;
  const passedOn = childrenOf(stanza).filter(({ tag }) => PASSED_ON.has(tag));
  const common = { id, from: sender, chat, type, timestamp, attrs: passedOnAttrs(stanza) };
  for (const { to, encs, addressing } of letters) {
    to.deliver(messageStanza({ ...common, to, addressing }, [...encs, ...passedOn]));
  }
}

/** A status goes to the devices that it names, each with its copy of the sender key. */
function relayStatus(deps: RelayDeps, { stanza, sender, timestamp }: Relay): void {
  const { id = '', type = 'text' } = stanza.attrs;
  const author = deps.directory.byJid(sender.jid('pn'));
  if (!author) return;
  const chat = new StatusAudience(author, [], timestamp);
  const forAll = childrenOf(stanza).filter(({ tag, attrs }) => tag === 'enc' && attrs.type === 'skmsg');
  const common = { id, from: sender, chat, type, timestamp, attrs: passedOnAttrs(stanza) };
  for (const { to, encs, addressing } of personalLetters(deps, stanza)) {
    if (to !== sender) to.deliver(messageStanza({ ...common, to, addressing }, [...encs, ...forAll]));
  }
}

function passedOnAttrs({ attrs: { category, edit } }: Stanza): Record<string, string> {
  return { ...(category !== undefined && { category }), ...(edit !== undefined && { edit }) };
}

/** The part of a message that is for one device. */
interface Letter {
  readonly to: Endpoint;
  readonly encs: Stanza[];
  readonly addressing: Addressing;
}

/** The encrypted copies: one for each `<to>`, or a single one for the device in `participant` or `to`. */
function personalLetters({ directory }: RelayDeps, message: Stanza): Letter[] {
  const participants = childOf(message, 'participants');
  const only = { jid: message.attrs.participant ?? message.attrs.to, enc: childOf(message, 'enc') };
  const enclosed = childrenOf(participants).map((to) => ({ jid: to.attrs.jid, enc: childOf(to, 'enc') }));
  return (participants ? enclosed : [only]).flatMap(({ jid, enc }) => {
    const to = directory.endpoint(jid);
    return to && enc ? [{ to, encs: [enc], addressing: parseJid(jid)?.addressing ?? 'lid' }] : [];
  });
}

/**
 * In a group, every other device gets its own copy with the sender key, if any, and then the copy encrypted for all.
 */
function groupLetters(
  deps: RelayDeps,
  message: Stanza,
  { group, sender }: { group: Group; sender: LinkedDevice },
): Letter[] {
  if (!group.has(sender.owner)) return [];
  const personal = personalLetters(deps, message);
  const forAll = childrenOf(message).filter(({ tag, attrs }) => tag === 'enc' && attrs.type === 'skmsg');
  if (forAll.length === 0) return personal;
  const others = group.endpoints().filter((to) => to !== sender);
  return others.map((to) => {
    const own = personal.find((letter) => letter.to === to)?.encs ?? [];
    return { to, encs: [...own, ...forAll], addressing: group.addressing };
  });
}
