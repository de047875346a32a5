import { type Counters } from '../kit/counters.ts';
import { childOf, node, type Stanza } from '../kit/stanza.ts';
import { type Account } from '../world/account.ts';
import { type Directory } from '../world/directory.ts';
import { type LinkedDevice } from '../world/linked-device.ts';
import { type Behaviour } from './behaviour.ts';

/** What asking for media works with. */
export interface MediaRequestDeps {
  readonly directory: Directory;
  readonly counters: Counters;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
}

/**
 * Asks the phone that sent a message to put its file up again, when a client says that it cannot have it (section 11 of
 * the protocol notes). `isSilent` says whether the phone with that number leaves the client without an answer.
 */
export function askForMedia(deps: MediaRequestDeps, isSilent: (number: string) => boolean): Behaviour {
  return {
    name: 'ask for media',
    onStanza(stanza, { device }) {
      if (stanza.tag !== 'receipt' || stanza.attrs.type !== 'server-error' || !device) return false;
      deps.counters.mediaRequests += 1;
      const phone = senderOf(deps.directory, stanza, device);
      if (phone && !isSilent(phone.number)) phone.phone.deliver(request(stanza, device, deps.now()));
      // It is a receipt like others, and acknowledged as they are.
      return false;
    },
  };
}

/** Who sent the message; for one of somebody unknown, the own phone has to say that it is not there. */
function senderOf(directory: Directory, receipt: Stanza, { owner }: LinkedDevice): Account | undefined {
  const { from_me, participant, jid } = childOf(receipt, 'rmr')?.attrs ?? {};
  const sender = from_me === 'true' ? undefined : directory.byJid(participant ?? jid);
  return sender ?? directory.byNumber(owner.number);
}

function request({ attrs, content }: Stanza, device: LinkedDevice, nowMs: number): Stanza {
  const facts = { type: 'server-error', id: attrs.id ?? '', t: String(Math.floor(nowMs / 1000)) };
  return node('receipt', { ...facts, from: device.jid('pn') }, content);
}
