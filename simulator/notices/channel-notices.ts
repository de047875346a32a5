import { proto } from '@whiskeysockets/baileys';

import { node, type Stanza } from '../kit/stanza.ts';
import { newMessageId } from '../phones/message-id.ts';
import { type Notice, notification } from './notice.ts';

const CHANNEL = '120363177646727204@newsletter';
const SERVER_ID = '101';

/** What a channel that the account follows sends; its messages are not encrypted. */
export const CHANNEL_NOTICES = {
  'channel-message': {
    meaning: 'A message of a channel, with the number that the server gave it.',
    make: () => [inChannel({ type: 'text' }, [plaintext('news')])],
  },
  'channel-edit': {
    meaning: 'The edit of a message of a channel.',
    make: ({ t }) => [
      inChannel({ type: 'text', edit: '3' }, [
        node('meta', { msg_edit_t: `${t}000`, original_msg_t: String(t) }),
        plaintext('better news'),
      ]),
    ],
  },
  'channel-deletion': {
    meaning: 'A message of a channel is deleted by its admins.',
    make: () => [inChannel({ type: 'text', edit: '8' }, [node('plaintext', {}, Buffer.alloc(0))])],
  },
  'live-updates': {
    meaning: 'The numbers of views, reactions and forwards of the messages of a channel.',
    make: ({ t }) => [
      notification(
        'newsletter',
        [
          node('live_updates', {}, [
            node('messages', { jid: CHANNEL, t: String(t) }, [
              node('message', { server_id: SERVER_ID, id: newMessageId(), type: 'text', t: String(t) }, [
                node('views_count', { count: '7638' }),
                node('forwards_count', { count: '12' }),
                node('reactions', {}, [node('reaction', { code: '👍', count: '437' })]),
                plaintext('news'),
              ]),
            ]),
          ]),
        ],
        CHANNEL,
      ),
    ],
  },
} as const satisfies Record<string, Notice>;

function inChannel(attrs: Record<string, string>, content: Stanza[]): Stanza {
  return node('message', { from: CHANNEL, server_id: SERVER_ID, ...attrs }, content);
}

function plaintext(text: string): Stanza {
  return node('plaintext', {}, proto.Message.encode({ conversation: text }).finish());
}
