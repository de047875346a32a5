import { type Changes } from '../kit/changes.ts';
import { childOf, resultOf } from '../kit/stanza.ts';
import { parseJid } from '../world/address.ts';
import { removeDevice } from '../world/device-removal.ts';
import { type Directory } from '../world/directory.ts';
import { isIq } from './answer-iq.ts';
import { type Behaviour } from './behaviour.ts';

/** Unlinks the device that a client names, if it is one of its own account (section 12 of the protocol notes). */
export function unlinkByClient(directory: Directory, changes: Changes): Behaviour {
  return {
    name: 'unlink by client',
    onStanza(stanza, client) {
      if (!client.device || !isIq(stanza, { xmlns: 'md', type: 'set', child: 'remove-companion-device' })) return false;
      client.send(resultOf(stanza));
      const { jid } = childOf(stanza, 'remove-companion-device')?.attrs ?? {};
      const account = directory.byJid(jid);
      const device = account?.linked.get(parseJid(jid)?.device ?? 0);
      if (account && device && device.owner === client.device.owner) removeDevice(directory, account, device);
      changes.announce();
      return true;
    },
  };
}
