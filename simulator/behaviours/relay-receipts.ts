import type { Counters } from '../kit/counters.ts';
import { childOf, childrenOf, node, type Stanza } from '../kit/stanza.ts';
import type { Client } from '../transport/client.ts';
import type { Directory } from '../world/directory.ts';
import type { Endpoint } from '../world/endpoint.ts';
import type { LinkedDevice } from '../world/linked-device.ts';
import { receiptParties } from '../world/receipt-parties.ts';
import type { Behaviour } from './behaviour.ts';

/** Receipts that do not confirm a delivery. */
const NO_CONFIRMATION = new Set(['retry', 'server-error']);
/** Receipts that are for the server only. */
const NOT_FORWARDED = new Set(['sender', 'read-self', 'server-error']);

/** Dependencies of {@link relayReceipts}. */
export interface ReceiptDeps {
  readonly directory: Directory;
  readonly counters: Counters;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
}

/**
 * Handles a client's receipts: confirms the messages they name and forwards the receipts to the senders (sections 9 and
 * 10 of the protocol notes). A retry receipt confirms nothing; it asks the sender to encrypt the message again.
 */
export function relayReceipts(deps: ReceiptDeps): Behaviour {
  return {
    name: 'relay receipts',
    onStanza(stanza, client) {
      const { device } = client;
      if (stanza.tag !== 'receipt' || !device) return false;
      const { type = '' } = stanza.attrs;
      deps.counters.receiptsFromClients += 1;
      if (type === 'retry') deps.counters.retries += 1;
      if (!NO_CONFIRMATION.has(type)) confirm(device, stanza);
      if (!NOT_FORWARDED.has(type)) forward(deps, stanza, device);
      client.send(ackOf(stanza, device));
      return true;
    },
  };
}

/**
 * Handles a client's acks: removes the stanza they name, unless the error asks the server to keep it (field notes 3.6).
 */
export const takeAcks: Behaviour = {
  name: 'take acks',
  onStanza(stanza: Stanza, client: Client) {
    if (stanza.tag !== 'ack') return false;
    const mailbox = client.device?.mailbox;
    if (stanza.attrs.error === KEEP) mailbox?.keep(stanza.attrs);
    else mailbox?.acknowledge(stanza.attrs);
    return true;
  },
};

/** "Unhandled error": the client could not decrypt the message. */
const KEEP = '500';

function ackOf({ attrs }: Stanza, device: LinkedDevice): Stanza {
  const { id = '', to = device.owner.jid('pn'), participant, type } = attrs;
  const named = { ...(participant !== undefined && { participant }), ...(type !== undefined && { type }) };
  return node('ack', { class: 'receipt', id, from: to, ...named });
}

function confirm(device: LinkedDevice, receipt: Stanza): void {
  const ids = [receipt.attrs.id, ...childrenOf(childOf(receipt, 'list')).map(({ attrs }) => attrs.id)];
  for (const id of ids) if (id !== undefined) device.mailbox.receive(id, receipt.attrs);
}

function forward({ directory, now }: ReceiptDeps, receipt: Stanza, device: LinkedDevice): void {
  const { to, participant, id = '', type } = receipt.attrs;
  const t = String(Math.floor(now() / 1000));
  const attrs = { id, ...receiptParties(device, to, participant), t, ...(type !== undefined && { type }) };
  for (const endpoint of addresseesOf(directory, participant ?? to, type)) {
    endpoint.deliver(node('receipt', attrs, receipt.content));
  }
}

/** Receipts for the device that encrypted the message: one asks for it again, the other has taken the phone's history. */
const FOR_ONE_DEVICE = new Set(['retry', 'hist_sync']);

/** A receipt to a person without a device is for all devices of that person, unless it is {@link FOR_ONE_DEVICE}. */
function addresseesOf(directory: Directory, jid: string | undefined, type: string | undefined): Endpoint[] {
  const endpoint = directory.endpoint(jid);
  if (endpoint?.device === 0 && !FOR_ONE_DEVICE.has(type ?? '')) return directory.byJid(jid)?.endpoints() ?? [];
  return endpoint ? [endpoint] : [];
}
