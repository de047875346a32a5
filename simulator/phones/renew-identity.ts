import { randomUUID } from 'node:crypto';

import { node } from '../kit/stanza.ts';
import type { PhoneDeps } from './phone-deps.ts';

/** Replaces the keys and forgets the sessions of a phone, and notifies the linked devices of all others. */
export function renewIdentity({ world, account, keys, sessions }: PhoneDeps): void {
  keys.renew();
  sessions.clear();
  const t = String(Math.floor(world.now() / 1000));
  const attrs = { type: 'encrypt', from: account.jid(world.addressing), t };
  for (const device of world.directory.linkedDevices()) {
    if (device.owner !== account) {
      device.deliver(node('notification', { id: randomUUID(), ...attrs }, [node('identity')]));
    }
  }
}
