import { childOf, resultOf } from '../kit/stanza.ts';
import { parseJid } from '../world/address.ts';
import { removeDevice } from '../world/device-removal.ts';
import type { Directory } from '../world/directory.ts';
import { isIq } from './answer-iq.ts';
import type { Behaviour } from './behaviour.ts';

/** Unlinks the device that a client names, if it belongs to the same account (section 12 of the protocol notes). */
export function unlinkByClient(directory: Directory): Behaviour {
  return {
    name: 'unlink by client',
    onStanza(stanza, client) {
      if (!client.device || !isIq(stanza, { xmlns: 'md', type: 'set', child: 'remove-companion-device' })) return false;
      client.send(resultOf(stanza));
      const { jid } = childOf(stanza, 'remove-companion-device')?.attrs ?? {};
      if (directory.byJid(jid) === client.device.owner) unlink(directory, jid);
      return true;
    },
  };
}

function unlink(directory: Directory, jid: string | undefined): void {
  const account = directory.byJid(jid);
  const device = account?.linked.get(parseJid(jid)?.device ?? 0);
  if (account && device) removeDevice(directory, account, device);
}
