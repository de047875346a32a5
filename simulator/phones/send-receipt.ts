import { node, type Stanza } from '../kit/stanza.ts';
import type { Endpoint } from '../world/endpoint.ts';
import { receiptParties } from '../world/receipt-parties.ts';
import type { PhoneDeps } from './phone-deps.ts';

/**
 * Sends a receipt to all devices of a message's sender, unless the account keeps to itself what it reads, and to the own linked
 * devices. Rejects when the phone has not received the message.
 */
export function sendReceipt(deps: PhoneDeps, id: string, type: 'read' | 'played'): Promise<void> {
  const { world, inbox, device, account } = deps;
  const message = inbox.find(id);
  if (!message) return Promise.reject(new RangeError(`${account.number} has received no message ${id}.`));
  const { fromJid, group: chat = fromJid, group } = message;
  const parties = receiptParties(device, chat, group && fromJid);
  const stamps = { id, t: String(Math.floor(world.now() / 1000)), ...parties };
  const isSecret = account.privacy.of('readreceipts') === 'none';
  const others = world.directory.byNumber(message.from);
  if (!isSecret) deliver(others?.endpoints(), node('receipt', { ...stamps, type }));
  const own = { ...stamps, recipient: fromJid, type: isSecret ? `${type}-self` : type };
  deliver(account.linked.values(), node('receipt', own));
  return Promise.resolve();
}

function deliver(endpoints: Iterable<Endpoint> = [], receipt: Stanza): void {
  for (const endpoint of endpoints) endpoint.deliver(receipt);
}
