import { node, type Stanza } from '../kit/stanza.ts';
import { type Addressing } from './address.ts';
import { type Endpoint, type Owner } from './endpoint.ts';

/** A message on its way to one device. */
export interface Envelope {
  readonly id: string;
  readonly from: Endpoint;
  readonly to: Endpoint;
  /** With whom the conversation is, from the sender's side. */
  readonly chat: Owner;
  readonly addressing: Addressing;
  /** `text`, `media`, … */
  readonly type: string;
  /** Seconds since the Unix epoch. */
  readonly timestamp: number;
  /** Further attributes, such as `category`. */
  readonly attrs?: Record<string, string>;
}

/**
 * The stanza that brings a message to a device. To others it says who wrote it under both addressings; a copy for the
 * sender's own device says for whom the message was (section 9 of the protocol notes, field notes 3.7).
 */
export function messageStanza(envelope: Envelope, content: Stanza[]): Stanza {
  const { id, from, type, timestamp, attrs } = envelope;
  return node(
    'message',
    {
      id,
      from: from.jid(envelope.addressing),
      t: String(timestamp),
      type,
      notify: from.owner.name,
      ...parties(envelope),
      ...attrs,
    },
    content,
  );
}

function parties({ from, to, chat, addressing, attrs }: Envelope): Record<string, string> {
  const other: Addressing = addressing === 'lid' ? 'pn' : 'lid';
  if (from.owner !== to.owner) return { [`sender_${other}`]: from.owner.jid(other) };
  if (attrs?.category === 'peer') return {};
  return { recipient: chat.jid(addressing), [`peer_recipient_${other}`]: chat.jid(other) };
}
