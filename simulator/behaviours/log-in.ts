import { randomBytes } from 'node:crypto';

import type { Counters } from '../kit/counters.ts';
import { node, resultOf, type Stanza } from '../kit/stanza.ts';
import type { Client } from '../transport/client.ts';
import type { Directory } from '../world/directory.ts';
import { AckDeadline, type AckPatience } from '../world/ack-deadline.ts';
import type { LinkedDevice } from '../world/linked-device.ts';
import { isIq } from './answer-iq.ts';
import type { Behaviour } from './behaviour.ts';

const NOT_LINKED = '401';
const ACCOUNT_AGE_SECONDS = 365 * 24 * 3600;

/** Dependencies of {@link logIn}. */
export interface LogInDeps {
  readonly directory: Directory;
  readonly counters: Counters;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  readonly patience: AckPatience;
}

/**
 * Logs linked devices in by their Noise key, one connection each, and sends the waiting stanzas once they declare
 * themselves active (sections 4, 7 and 12 of the protocol notes). Ends the connection of a client that leaves something
 * unacknowledged for too long.
 */
export function logIn(deps: LogInDeps): Behaviour {
  const { directory, counters, now } = deps;
  return {
    name: 'log in',
    onIntroduction({ username, device: deviceId }, client) {
      const known = directory.linkedDevice(client.noiseKey);
      if (known?.account.number !== String(username) || known.device.device !== deviceId) {
        refuse(client, NOT_LINKED);
        return true;
      }
      takeOver(known.device, client, deps);
      counters.logins += 1;
      client.send(successFor(known.device, Math.floor(now() / 1000)));
      return true;
    },
    onStanza(stanza, client) {
      if (!isIq(stanza, { xmlns: 'passive', type: 'set' })) return false;
      client.send(resultOf(stanza));
      counters.redelivered += client.device?.catchUp() ?? 0;
      return true;
    },
    onClose(client) {
      client.device?.detach(client);
    },
  };
}

/** The attributes that WhatsApp sends (`companion_enc_static` is a key that nothing here uses). */
function successFor(device: LinkedDevice, seconds: number): Stanza {
  const { name } = device.owner;
  const key = randomBytes(32).toString('base64');
  const stamps = { t: String(seconds), creation: String(seconds - ACCOUNT_AGE_SECONDS), props: '27', abprops: '8' };
  const own = { lid: device.jid('lid'), display_name: name, companion_enc_static: key };
  return node('success', { ...stamps, ...own, location: 'sim' });
}

/** What WhatsApp has the client show after some refusals, or says about them. */
const TEXTS: Partial<Record<string, Record<string, string>>> = {
  '401': { logout_message_header: 'You were logged out', logout_message_subtext: 'Link this device again.' },
  '403': {
    logout_message_header: 'This account cannot be used',
    logout_message_subtext: 'Open WhatsApp on the phone.',
  },
  '413': { message: 'CAT expired' },
  '414': { message: 'CAT invalid' },
};

/** Refuses a login with `<failure>` and closes the connection. */
export function refuse(client: Client, reason: string, details: Record<string, string> = {}): void {
  client.send(node('failure', { reason, location: 'sim', ...TEXTS[reason], ...details }));
  client.close();
}

function takeOver(device: LinkedDevice, client: Client, { counters, patience }: LogInDeps): void {
  const { connection: older } = device;
  const deadline = new AckDeadline(device.mailbox, patience, ({ stanza: { tag, attrs } }) => {
    counters.endedUnacknowledged += 1;
    client.send(node('stream:error', {}, [node('ack', { class: tag, id: attrs.id ?? '' })]));
    client.close();
  });
  device.attach(client, deadline);
  client.device = device;
  older?.send(node('stream:error', {}, [node('conflict', { type: 'replaced' })]));
  older?.close();
}
