import { node, type Stanza } from '../kit/stanza.ts';
import { type Addressing } from './address.ts';
import { type Endpoint, type Owner } from './endpoint.ts';
import { Group } from './group.ts';

/** A message on its way to one device. */
export interface Envelope {
  readonly id: string;
  readonly from: Endpoint;
  readonly to: Endpoint;
  /** With whom the conversation is, from the sender's side: a person or a group. */
  readonly chat: Owner | Group;
  readonly addressing: Addressing;
  /** `text`, `media`, … */
  readonly type: string;
  /** Seconds since the Unix epoch. */
  readonly timestamp: number;
  /** Whether it leaves out how its author is called under the other addressing. */
  readonly hidesOtherName?: boolean | undefined;
  /** Further attributes, such as `category`. */
  readonly attrs?: Record<string, string>;
}

/**
 * The stanza that brings a message to a device. To others it says who wrote it under both addressings, if it may; a copy for the
 * sender's own device says for whom the message was; in a group it comes from the group, and names who wrote it
 * (section 9 of the protocol notes, field notes 3.7).
 */
export function messageStanza(envelope: Envelope, content: Stanza[]): Stanza {
  const { id, from, type, timestamp, attrs } = envelope;
  const common = { id, t: String(timestamp), type, notify: from.owner.name };
  const named = envelope.hidesOtherName ? withoutOtherNames(parties(envelope)) : parties(envelope);
  return node('message', { ...common, ...named, ...attrs }, content);
}

function withoutOtherNames(attrs: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(attrs).filter(([name]) => !/_(pn|lid)$/.test(name)));
}

function parties({ from, to, chat, addressing, attrs }: Envelope): Record<string, string> {
  const other: Addressing = addressing === 'lid' ? 'pn' : 'lid';
  if (chat instanceof Group) return groupParties(chat, from);
  const author = { from: from.jid(addressing) };
  if (from.owner !== to.owner) return { ...author, [`sender_${other}`]: from.owner.jid(other) };
  if (attrs?.category === 'peer') return author;
  return { ...author, recipient: chat.jid(addressing), [`peer_recipient_${other}`]: chat.jid(other) };
}

function groupParties({ jid, addressing }: Group, from: Endpoint): Record<string, string> {
  const other: Addressing = addressing === 'lid' ? 'pn' : 'lid';
  return {
    from: jid,
    participant: from.jid(addressing),
    [`participant_${other}`]: from.owner.jid(other),
    addressing_mode: addressing,
  };
}
