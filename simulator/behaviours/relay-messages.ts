import { type Counters } from '../kit/counters.ts';
import { childOf, childrenOf, node, type Stanza } from '../kit/stanza.ts';
import { type Client } from '../transport/client.ts';
import { parseJid } from '../world/address.ts';
import { type Directory } from '../world/directory.ts';
import { type LinkedDevice } from '../world/linked-device.ts';
import { messageStanza } from '../world/message-stanza.ts';
import { type Behaviour } from './behaviour.ts';

/** What the server does with the messages of one account on purpose. */
interface MessageFaults {
  /** The error code with which the message is refused instead of delivered. */
  refusal(number: string): string | undefined;
  /** Whether the acknowledgement is left out. */
  silent(number: string): boolean;
}

/** What relaying works with. */
export interface RelayParts {
  readonly directory: Directory;
  readonly counters: Counters;
  readonly faults: MessageFaults;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
}

/** Acknowledges a client's messages, and brings each encrypted copy to its device (section 10 of the protocol notes). */
export function relayMessages(parts: RelayParts): Behaviour {
  return {
    name: 'relay messages',
    onStanza(stanza, client) {
      const { device } = client;
      if (stanza.tag !== 'message' || !device) return false;
      parts.counters.messagesFromClients += 1;
      const { number } = device.owner;
      const timestamp = Math.floor(parts.now() / 1000);
      const error = parts.faults.refusal(number);
      if (error !== undefined || !parts.faults.silent(number)) acknowledge(stanza, client, { timestamp, error });
      if (error === undefined) relay(parts, { stanza, sender: device, timestamp });
      return true;
    },
  };
}

function acknowledge(message: Stanza, client: Client, answer: { timestamp: number; error: string | undefined }): void {
  const { id = '', to = '' } = message.attrs;
  const error = answer.error === undefined ? {} : { error: answer.error };
  client.send(node('ack', { class: 'message', id, from: to, t: String(answer.timestamp), ...error }));
}

interface Relay {
  readonly stanza: Stanza;
  readonly sender: LinkedDevice;
  readonly timestamp: number;
}

function relay(parts: RelayParts, { stanza, sender, timestamp }: Relay): void {
  const { directory, counters } = parts;
  const { id = '', to: chatJid = '', type = 'text', recipient, category } = stanza.attrs;
  const chat = directory.byJid(recipient ?? chatJid);
  const copies = copiesOf(stanza).flatMap(({ jid, enc }) => {
    const to = directory.endpoint(jid);
    return to ? [{ to, enc, addressing: parseJid(jid)?.addressing ?? 'lid' }] : [];
  });
  if (!chat || copies.length === 0) counters.undeliverable += 1;
  if (!chat) return;
  const identity = childrenOf(stanza).filter(({ tag }) => tag === 'device-identity');
  for (const { to, enc, addressing } of copies) {
    const attrs = category === undefined ? {} : { category };
    const envelope = { id, from: sender, to, chat, addressing, type, timestamp, attrs };
    to.deliver(messageStanza(envelope, [enc, ...identity]));
  }
}

/** The encrypted copies: one for each `<to>`, or the only one for the device in `to`. */
function copiesOf(message: Stanza): { jid: string | undefined; enc: Stanza }[] {
  const participants = childOf(message, 'participants');
  const enclosed = childrenOf(participants).map((to) => ({ jid: to.attrs.jid, enc: childOf(to, 'enc') }));
  const copies = participants ? enclosed : [{ jid: message.attrs.to, enc: childOf(message, 'enc') }];
  return copies.flatMap(({ jid, enc }) => (enc ? [{ jid, enc }] : []));
}
