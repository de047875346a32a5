import { childrenOf, node, type Stanza } from '../kit/stanza.ts';
import type { Client } from '../transport/client.ts';
import type { Account } from '../world/account.ts';
import { parseJid } from '../world/address.ts';
import type { Directory } from '../world/directory.ts';
import type { LinkedDevice } from '../world/linked-device.ts';
import type { Behaviour } from './behaviour.ts';

/** Dependencies of {@link relayCalls}. */
export interface CallDeps {
  readonly directory: Directory;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
}

/**
 * Acknowledges the call signals of clients and relays them to the phone of the other side. A call that a client rejects
 * stops ringing on the other devices of its account.
 */
export function relayCalls({ directory, now }: CallDeps): Behaviour {
  const take = (stanza: Stanza, info: Stanza, device: LinkedDevice): void => {
    const { to } = stanza.attrs;
    const addressing = parseJid(to)?.addressing ?? 'lid';
    const t = String(Math.floor(now() / 1000));
    const signal = (from: string, child: Stanza): Stanza =>
      node('call', { id: `${stanza.attrs.id ?? ''}-${child.tag}`, from, t }, [child]);
    directory.byJid(to)?.phone.deliver(signal(device.jid(addressing), info));
    if (info.tag !== 'reject') return;
    const over = node('terminate', { ...info.attrs, reason: 'rejected_elsewhere' });
    for (const other of othersOf(directory, device)) other.deliver(signal(to ?? '', over));
  };
  return {
    name: 'relay calls',
    onStanza(stanza, client: Client) {
      const [info] = childrenOf(stanza);
      if (stanza.tag !== 'call' || !client.device || !info) return false;
      const { id = '', to = '' } = stanza.attrs;
      client.send(node('ack', { class: 'call', id, from: to, type: info.tag }));
      take(stanza, info, client.device);
      return true;
    },
  };
}

function othersOf(directory: Directory, device: LinkedDevice): ReturnType<Account['endpoints']> {
  return (directory.byNumber(device.owner.number)?.endpoints() ?? []).filter((endpoint) => endpoint !== device);
}
