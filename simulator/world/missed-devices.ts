import { childOf, childrenOf, type Stanza } from '../kit/stanza.ts';
import type { Account } from './account.ts';
import { parseJid } from './address.ts';
import { deviceHash } from './device-hash.ts';
import type { Directory } from './directory.ts';
import type { Endpoint } from './endpoint.ts';
import type { LinkedDevice } from './linked-device.ts';

/**
 * The hash of the devices that a client's message should be for, if it was for others: its sender has to ask for them again. Of a
 * message to a group only its `phash` tells, which Baileys does not send; that of a person also by whom it was encrypted for.
 */
export function missedDevices(directory: Directory, message: Stanza, sender: LinkedDevice): string | undefined {
  const { to, phash } = message.attrs;
  const group = directory.group(to);
  if (group) return unless(phash, deviceHash(group.endpoints(), group.addressing));
  const participants = childOf(message, 'participants');
  const [own, other] = [directory.byJid(sender.jid('pn')), directory.byJid(to)];
  if (!participants || !own || !other) return undefined;
  const expected = everyDevice(own, other);
  const hash = deviceHash(expected, parseJid(to)?.addressing ?? 'pn');
  if (phash !== undefined) return unless(phash, hash);
  const reached = new Set<Endpoint | undefined>(
    childrenOf(participants).map(({ attrs }) => directory.endpoint(attrs.jid)),
  );
  reached.add(sender);
  return expected.length === reached.size && expected.every((device) => reached.has(device)) ? undefined : hash;
}

function everyDevice(own: Account, other: Account): Endpoint[] {
  return [...new Set([...own.endpoints(), ...other.endpoints()])];
}

function unless(claimed: string | undefined, hash: string): string | undefined {
  return claimed === undefined || claimed === hash ? undefined : hash;
}
