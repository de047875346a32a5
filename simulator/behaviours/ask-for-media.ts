import type { Counters } from '../kit/counters.ts';
import { childOf, node, type Stanza } from '../kit/stanza.ts';
import type { Account } from '../world/account.ts';
import type { Directory } from '../world/directory.ts';
import type { LinkedDevice } from '../world/linked-device.ts';
import type { Behaviour } from './behaviour.ts';

/** Dependencies of {@link askForMedia}. */
export interface MediaRequestDeps {
  readonly directory: Directory;
  readonly counters: Counters;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
}

/**
 * Asks the phone that sent a message to upload its file again when a client cannot download it (section 11 of the
 * protocol notes). `isSilent` says whether the phone with this number ignores the request.
 */
export function askForMedia(deps: MediaRequestDeps, isSilent: (number: string) => boolean): Behaviour {
  return {
    name: 'ask for media',
    onStanza(stanza, { device }) {
      if (stanza.tag !== 'receipt' || stanza.attrs.type !== 'server-error' || !device) return false;
      deps.counters.mediaRequests += 1;
      const phone = senderOf(deps.directory, stanza, device);
      if (phone && !isSilent(phone.number)) phone.phone.deliver(request(stanza, device, deps.now()));
      // Not handled: `relayReceipts` acknowledges it like any other receipt.
      return false;
    },
  };
}

/** The sender of the message; for an unknown sender the own account, whose phone answers that the file is gone. */
function senderOf(directory: Directory, receipt: Stanza, { owner }: LinkedDevice): Account | undefined {
  const { from_me, participant, jid } = childOf(receipt, 'rmr')?.attrs ?? {};
  const sender = from_me === 'true' ? undefined : directory.byJid(participant ?? jid);
  return sender ?? directory.byNumber(owner.number);
}

function request({ attrs, content }: Stanza, device: LinkedDevice, nowMs: number): Stanza {
  const facts = { type: 'server-error', id: attrs.id ?? '', t: String(Math.floor(nowMs / 1000)) };
  return node('receipt', { ...facts, from: device.jid('pn') }, content);
}
