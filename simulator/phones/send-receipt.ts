import { node } from '../kit/stanza.ts';
import { receiptParties } from '../world/receipt-parties.ts';
import { type PhoneDeps } from './phone-deps.ts';

/**
 * Sends a receipt to all devices of a message's sender, unless the account keeps to itself what it reads, and to the own linked
 * devices. Rejects when the phone has not received the message.
 */
export function sendReceipt(deps: PhoneDeps, id: string, type: 'read' | 'played'): Promise<void> {
  const { world, inbox, device, account } = deps;
  const message = inbox.find(id);
  if (!message) return Promise.reject(new RangeError(`${account.number} has received no message ${id}.`));
  const { group, fromJid } = message;
  const isSecret = account.privacy.of('readreceipts') === 'none';
  const stamps = { id, t: String(Math.floor(world.now() / 1000)) };
  const others = isSecret ? [] : (world.directory.byNumber(message.from)?.endpoints() ?? []);
  const receipt = node('receipt', { ...stamps, ...receiptParties(device, group ?? fromJid, group && fromJid), type });
  for (const endpoint of others) endpoint.deliver(receipt);
  const own = { ...receiptParties(device, group ?? fromJid, group && fromJid), recipient: fromJid };
  const ownType = isSecret ? `${type}-self` : type;
  for (const linked of account.linked.values()) linked.deliver(node('receipt', { ...stamps, ...own, type: ownType }));
  return Promise.resolve();
}
