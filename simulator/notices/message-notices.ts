import { randomBytes } from 'node:crypto';

import { node, type Stanza } from '../kit/stanza.ts';
import { newMessageId } from '../phones/message-id.ts';
import type { Notice, NoticeScene } from './notice.ts';

const META_AI = '867051314767696@bot';

/** Messages that a linked device gets no content of, or cannot read. */
export const MESSAGE_NOTICES = {
  'bot-answer': {
    meaning: "An answer of Meta's AI (`msmsg`), in two pieces that replace each other.",
    make: ({ t }) => {
      const target = newMessageId();
      return ['first', 'last'].map((edit) => botAnswer(edit, { target, t }));
    },
  },
  'bot-withheld': {
    meaning: "An answer of Meta's AI whose content stays on the phone.",
    make: (scene) => [withheld(scene, 'bot_unavailable_fanout')],
  },
  'hosted-withheld': {
    meaning: 'A message that only devices hosted by Meta get.',
    make: (scene) => [withheld(scene, 'hosted_unavailable_fanout')],
  },
  'bot-receipt': {
    meaning: "Meta's AI has got a message.",
    make: () => [node('receipt', { from: META_AI, id: newMessageId() })],
  },
} as const satisfies Record<string, Notice>;

function botAnswer(edit: string, { target, t }: { target: string; t: number }): Stanza {
  const bot = { edit, edit_target_id: target, sender_timestamp_ms: `${t}000` };
  return node('message', { from: META_AI, type: 'text', notify: 'Meta AI', sts: `${t}000000` }, [
    node('bot', bot),
    node('meta', { target_id: newMessageId() }),
    node('enc', { v: '2', type: 'msmsg' }, randomBytes(211)),
  ]);
}

function withheld({ other }: NoticeScene, type: string): Stanza {
  const attrs = { from: other.jid('lid'), sender_pn: other.jid('pn'), type: 'text', notify: other.name };
  return node('message', attrs, [node('unavailable', { type })]);
}
