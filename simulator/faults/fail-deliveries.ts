import { randomBytes } from 'node:crypto';

import { type Behaviour } from '../behaviours/behaviour.ts';
import { bytesOf, childOf, childrenOf, type Stanza } from '../kit/stanza.ts';
import { type Client } from '../transport/client.ts';
import { type FaultName } from './fault-table.ts';
import { type Faults } from './faults.ts';

type Send = (stanza: Stanza) => void;

/** How long a message waits for the one that should overtake it. */
const OVERTAKING_MS = 100;
/** Within a MAC or a signature, whatever kind of ciphertext it is: after a MAC come no more than two small numbers. */
const SPOILT_FROM_END = 10;

/** What goes wrong on the way to a client, nearest to the line first: what comes later is done to it before. */
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
    failMessage(faults, 'corrupt-message', (message, send) => send(spoilt(message))),
    endNoOffline(faults),
  ];
}

/** Has `what` happen to the messages that the fault is meant for. */
function failMessage(faults: Faults, name: FaultName, what: (message: Stanza, send: Send) => void): Behaviour {
  return {
    name,
    onSend(stanza, client, send) {
      if (stanza.tag === 'message' && faults.take(name, client.number)) what(stanza, send);
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

function endNoOffline(faults: Faults): Behaviour {
  return {
    name: 'no-offline-end',
    onSend(stanza, client, send) {
      const isEnd = stanza.tag === 'ib' && childOf(stanza, 'offline') !== undefined;
      if (!isEnd || !faults.take('no-offline-end', client.number)) send(stanza);
    },
  };
}

function spoilt(message: Stanza): Stanza {
  const content = childrenOf(message).map((child) => {
    if (child.tag !== 'enc') return child;
    const bytes = Buffer.from(bytesOf(child));
    bytes.writeUInt8(bytes.readUInt8(bytes.length - SPOILT_FROM_END) ^ 1, bytes.length - SPOILT_FROM_END);
    return { ...child, content: bytes };
  });
  return { ...message, content };
}
