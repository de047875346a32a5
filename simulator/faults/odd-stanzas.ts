import { node, type Stanza } from '../kit/stanza.ts';

/**
 * Malformed stanzas, without the attributes or children that clients rely on. The last one is the worst: in Baileys
 * 7.0.0-rc14 an empty chatstate throws in the listener and ends as an unhandled rejection.
 */
export const ODD_STANZAS: readonly Stanza[] = [
  node('message'),
  node('receipt'),
  node('call', { id: 'ODD', from: '1@s.whatsapp.net' }, []),
  node('notification', { id: 'ODD', type: 'w:gp2', from: '1@g.us' }),
  node('message', { id: 'ODD', from: 'nowhere', t: 'never', type: 'text' }, [node('enc', { type: 'odd' })]),
  node('ack', { class: 'message' }),
  node('nonsense', { id: 'ODD' }, Buffer.from('nonsense')),
  node('chatstate', { from: '1@s.whatsapp.net' }, []),
];
