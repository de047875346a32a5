import { node, type Stanza } from '../kit/stanza.ts';
import { newMessageId } from '../phones/message-id.ts';
import type { Notice } from './notice.ts';

/** How many messages one receipt may be for. */
const MOST_IDS = 256;
const SOME_GROUP = '120363000000000001@g.us';

/** Receipts for several messages, from several people, or from other devices of the owner. */
export const RECEIPT_NOTICES = {
  'read-many': {
    meaning: 'Somebody has read 256 messages at once.',
    make: ({ other }) => [
      node('receipt', { from: other.jid('lid'), id: newMessageId(), type: 'read' }, [list(MOST_IDS - 1)]),
    ],
  },
  'read-by-many': {
    meaning: 'Members of a group have read a message, told in one receipt without a participant.',
    make: ({ other, to, t }) => [
      node('receipt', { from: SOME_GROUP, id: newMessageId(), type: 'read' }, [
        node('participants', { key: newMessageId(), message_id: newMessageId() }, [
          node('user', { jid: other.jid('lid'), t: String(t) }),
          node('user', { jid: to.jid('lid'), t: String(t) }),
        ]),
      ]),
    ],
  },
  'status-seen': {
    meaning: 'Somebody has seen a status of the account.',
    make: ({ other }) => [
      node(
        'receipt',
        {
          ...{ from: 'status@broadcast', participant: other.jid('lid') },
          ...{ id: newMessageId(), type: 'read', context: 'status' },
        },
        [list(1)],
      ),
    ],
  },
  'own-peer-message': {
    meaning: 'The own phone has got a message between the devices of the account.',
    make: ({ to }) => [node('receipt', { from: to.jid('lid'), id: newMessageId(), type: 'peer_msg' })],
  },
  'own-copy': {
    meaning: 'Another device of the account has got what this one sent.',
    make: ({ to, other }) => [
      node('receipt', { from: to.jid('lid'), recipient: other.jid('lid'), id: newMessageId(), type: 'sender' }),
    ],
  },
  'call-rekey': {
    meaning: "The other side of a call cannot decrypt the call's key.",
    make: ({ to, other }) => {
      const id = newMessageId();
      const call = { 'call-creator': to.jid('lid'), 'call-id': id, count: '1' };
      const content = [node('enc_rekey', call), node('registration', {}, Buffer.from([0, 0, 16, 1]))];
      return [node('receipt', { from: other.jid('lid'), id, type: 'enc_rekey_retry' }, content)];
    },
  },
} as const satisfies Record<string, Notice>;

function list(count: number): Stanza {
  return node(
    'list',
    {},
    Array.from({ length: count }, () => node('item', { id: newMessageId() })),
  );
}
