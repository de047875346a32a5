import { node } from '../kit/stanza.ts';
import { receiptParties } from '../world/receipt-parties.ts';
import { type PhoneDeps } from './phone-deps.ts';

/** Sends a receipt to all devices of a message's sender. Rejects when the phone has not received the message. */
export function sendReceipt(deps: PhoneDeps, id: string, type: 'read' | 'played'): Promise<void> {
  const { world, inbox, device, account } = deps;
  const message = inbox.find(id);
  if (!message) return Promise.reject(new RangeError(`${account.number} has received no message ${id}.`));
  const { group, fromJid } = message;
  const parties = receiptParties(device, group ?? fromJid, group && fromJid);
  const receipt = node('receipt', { id, ...parties, t: String(Math.floor(world.now() / 1000)), type });
  for (const endpoint of world.directory.byNumber(message.from)?.endpoints() ?? []) endpoint.deliver(receipt);
  return Promise.resolve();
}
