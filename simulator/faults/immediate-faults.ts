import { node, type Stanza } from '../kit/stanza.ts';
import type { Client } from '../transport/client.ts';
import type { LinkedDevice } from '../world/linked-device.ts';
import type { FaultOptions, StreamCondition } from './fault-options.ts';
import type { FaultName } from './fault-table.ts';
import { ODD_STANZAS } from './odd-stanzas.ts';

type Action =
  | { client: (client: Client, options: FaultOptions) => void }
  | { device: (device: LinkedDevice, options: FaultOptions) => void };

const CONDITIONS: Record<StreamCondition, Stanza> = {
  replaced: node('conflict', { type: 'replaced' }),
  device_removed: node('conflict', { type: 'device_removed' }),
  ack: node('ack', { class: 'message', id: 'UNACKNOWLEDGED' }),
};

const ACTIONS: Partial<Record<FaultName, Action>> = {
  cut: { client: (client) => client.cut() },
  'silent-line': { client: (client) => client.goSilent() },
  'bad-frame': { client: (client) => client.sendDamaged(node('ib')) },
  'odd-stanza': {
    client: (client) => {
      for (const stanza of ODD_STANZAS) client.send(stanza);
    },
  },
  downgrade: { client: (client) => client.send(node('ib', {}, [node('downgrade_webclient')])) },
  'stream-error': {
    client: (client, { code, condition }) => {
      const attrs = code === undefined ? {} : { code: String(code) };
      client.send(node('stream:error', attrs, condition && [CONDITIONS[condition]]));
      client.close();
    },
  },
  'low-pre-keys': { device: (device) => device.loseOneTimeKeys() },
};

/** Applies an immediate fault to the connections or linked devices that it targets. */
export function happenNow(
  name: FaultName,
  options: FaultOptions,
  world: { clients: Iterable<Client>; devices: Iterable<LinkedDevice> },
): void {
  const action = ACTIONS[name];
  if (!action) return;
  const isTarget = (number: string | undefined): boolean => options.number === undefined || options.number === number;
  if ('client' in action) {
    const targets = [...world.clients].filter((client) => isTarget(client.number));
    for (const client of targets) action.client(client, options);
  } else {
    const targets = [...world.devices].filter(({ owner }) => isTarget(owner.number));
    for (const device of targets) action.device(device, options);
  }
}
