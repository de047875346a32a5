import type { PasskeyDesk } from '../pairing/passkey-desk.ts';
import type { Behaviour } from './behaviour.ts';

/** Takes the answers of clients that are asked for a passkey before they are linked. */
export function askForPasskey(desk: PasskeyDesk): Behaviour {
  return {
    name: 'ask for a passkey',
    onStanza: (stanza, client) => stanza.tag === 'iq' && stanza.attrs.xmlns === 'md' && desk.take(stanza, client),
    onClose: (client) => desk.closed(client),
  };
}
