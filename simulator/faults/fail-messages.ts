import type { Behaviour } from '../behaviours/behaviour.ts';
import { messageAck } from '../behaviours/relay-messages.ts';
import type { Faults } from './faults.ts';

/** The faults of what a client sends: `message-error`, `no-message-ack` and `lose-receipts`. */
export function failMessages(faults: Faults, now: () => number): Behaviour[] {
  return [refuseMessages(faults, now), omitAcks(faults), loseReceipts(faults)];
}

function refuseMessages(faults: Faults, now: () => number): Behaviour {
  return {
    name: 'message-error',
    onStanza(stanza, client) {
      const fault = stanza.tag === 'message' ? faults.take('message-error', client.number) : undefined;
      if (fault) client.send(messageAck(stanza, Math.floor(now() / 1000), { error: String(fault.code) }));
      return fault !== undefined;
    },
  };
}

function omitAcks(faults: Faults): Behaviour {
  return {
    name: 'no-message-ack',
    onSend(stanza, client, send) {
      const isAck = stanza.tag === 'ack' && stanza.attrs.class === 'message' && stanza.attrs.error === undefined;
      if (!isAck || !faults.take('no-message-ack', client.number)) send(stanza);
    },
  };
}

function loseReceipts(faults: Faults): Behaviour {
  return {
    name: 'lose-receipts',
    onStanza: ({ tag }, client) => tag === 'receipt' && faults.take('lose-receipts', client.number) !== undefined,
  };
}
