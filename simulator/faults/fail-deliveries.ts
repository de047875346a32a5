import { randomBytes } from 'node:crypto';

import type { Behaviour } from '../behaviours/behaviour.ts';
import { bytesOf, childOf, childrenOf, type Stanza } from '../kit/stanza.ts';
import type { Client } from '../transport/client.ts';
import type { FaultName } from './fault-table.ts';
import type { Faults } from './faults.ts';

type Send = (stanza: Stanza) => void;

/** How long a message waits for the next one to overtake it. */
const OVERTAKING_MS = 100;
/**
 * Distance from the end that lies within the MAC or signature of every kind of ciphertext: at most two small numbers
 * follow a MAC.
 */
const CORRUPTED_FROM_END = 10;

/**
 * The faults of deliveries to a client. A stanza passes through them from the last to the first, then to the
 * connection.
 */
export function failDeliveries(faults: Faults): Behaviour[] {
  return [
    cutAfterMessages(faults),
    reorder(faults),
    failMessage(faults, 'used-message-key', (message, send) => {
      send(message);
      send({ ...message, attrs: { ...message.attrs, id: randomBytes(16).toString('hex').toUpperCase() } });
    }),
    failMessage(faults, 'duplicate-delivery', (message, send) => {
      send(message);
      send(message);
    }),
    failMessage(faults, 'corrupt-message', (message, send) => send(corrupted(message))),
    omitOfflineEnd(faults),
  ];
}

/** Applies `fail` to the messages that the fault is meant for. */
function failMessage(faults: Faults, name: FaultName, fail: (message: Stanza, send: Send) => void): Behaviour {
  return {
    name,
    onSend(stanza, client, send) {
      if (stanza.tag === 'message' && faults.take(name, client.number)) fail(stanza, send);
      else send(stanza);
    },
  };
}

function reorder(faults: Faults): Behaviour {
  const held = new Map<Client, () => void>();
  const hold = (message: Stanza, client: Client, send: Send): void => {
    const release = (): void => {
      clearTimeout(timer);
      held.delete(client);
      send(message);
    };
    const timer = setTimeout(release, OVERTAKING_MS);
    held.set(client, release);
  };
  return {
    name: 'reordered-delivery',
    onSend(stanza, client, send) {
      const release = held.get(client);
      if (stanza.tag !== 'message') send(stanza);
      else if (release) {
        send(stanza);
        release();
      } else if (faults.take('reordered-delivery', client.number)) hold(stanza, client, send);
      else send(stanza);
    },
    onClose: (client) => held.get(client)?.(),
  };
}

function cutAfterMessages(faults: Faults): Behaviour {
  return {
    name: 'cut-after-messages',
    onSend(stanza, client, send) {
      send(stanza);
      if (stanza.tag !== 'message') return;
      if (faults.reach('cut-after-messages', 1, client.number) !== undefined) client.cutAfterSent();
    },
  };
}

function omitOfflineEnd(faults: Faults): Behaviour {
  return {
    name: 'no-offline-end',
    onSend(stanza, client, send) {
      const isEnd = stanza.tag === 'ib' && childOf(stanza, 'offline') !== undefined;
      if (!isEnd || !faults.take('no-offline-end', client.number)) send(stanza);
    },
  };
}

function corrupted(message: Stanza): Stanza {
  const content = childrenOf(message).map((child) => {
    if (child.tag !== 'enc') return child;
    const bytes = Buffer.from(bytesOf(child));
    const position = bytes.length - CORRUPTED_FROM_END;
    bytes.writeUInt8(bytes.readUInt8(position) ^ 1, position);
    return { ...child, content: bytes };
  });
  return { ...message, content };
}
