import { node, type Stanza } from '../kit/stanza.ts';
import type { Addressing } from './address.ts';
import type { Endpoint, Owner } from './endpoint.ts';
import { Group } from './group.ts';

/** A message on its way to one device. */
export interface Envelope {
  readonly id: string;
  readonly from: Endpoint;
  readonly to: Endpoint;
  /** The sender's chat: a person or a group. */
  readonly chat: Owner | Group;
  readonly addressing: Addressing;
  /** `text`, `media`, … */
  readonly type: string;
  /** Seconds since the Unix epoch. */
  readonly timestamp: number;
  /** Whether to omit the author's JID in the other addressing. */
  readonly hidesOtherName?: boolean | undefined;
  /** Further attributes, such as `category`. */
  readonly attrs?: Record<string, string>;
}

/**
 * The stanza that delivers a message to a device. Others get the author in both addressings, unless one is hidden; the
 * sender's own devices get the recipient; members of a group get the group and the author (section 9 of the protocol
 * notes, field notes 3.7).
 */
export function messageStanza(envelope: Envelope, content: Stanza[]): Stanza {
  const { id, from, type, timestamp, attrs } = envelope;
  const common = { id, t: String(timestamp), type, notify: from.owner.name };
  const named = envelope.hidesOtherName ? withoutOtherAddressing(parties(envelope)) : parties(envelope);
  return node('message', { ...common, ...named, ...attrs }, content);
}

function withoutOtherAddressing(attrs: Record<string, string>): Record<string, string> {
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
    ...(from.owner.username !== undefined && { participant_username: from.owner.username }),
  };
}
