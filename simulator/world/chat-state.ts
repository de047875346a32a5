import { node, type Stanza } from '../kit/stanza.ts';
import type { Account } from './account.ts';
import type { Addressing } from './address.ts';
import type { Endpoint } from './endpoint.ts';
import { Group } from './group.ts';
import { receiptParties } from './receipt-parties.ts';

/** What somebody does in a chat; `addressing` is that of a 1:1 chat. */
export interface ShownChatState {
  readonly from: Endpoint;
  readonly chat: Account | Group;
  readonly addressing: Addressing;
  readonly content: Stanza['content'];
}

/** Shows a chat state on the connected linked devices of the other side; for others it is not stored. */
export function showChatState({ from, chat, addressing, content }: ShownChatState): void {
  const isGroup = chat instanceof Group;
  const addressed = from.jid(isGroup ? chat.addressing : addressing);
  const parties = isGroup ? receiptParties(from, chat.jid, addressed) : { from: addressed };
  for (const person of isGroup ? chat.members : [chat]) {
    if (person === from.owner) continue;
    for (const device of person.linked.values()) device.connection?.send(node('chatstate', parties, content));
  }
}
