import { node } from '../kit/stanza.ts';
import { type Client } from '../transport/client.ts';
import { type FaultName, type FaultOptions } from './fault-table.ts';

type Action = (client: Client, options: FaultOptions) => void;

const ACTIONS: Partial<Record<FaultName, Action>> = {
  cut: (client) => client.cut(),
  'stream-error': (client, { code }) => {
    client.send(node('stream:error', { code: String(code) }));
    client.close();
  },
};

/** Has an immediate fault happen to the clients it is meant for. */
export function happenNow(name: FaultName, options: FaultOptions, clients: Iterable<Client>): void {
  for (const client of [...clients]) {
    const { number } = options;
    if (number === undefined || client.device?.owner.number === number) ACTIONS[name]?.(client, options);
  }
}
