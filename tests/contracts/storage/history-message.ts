import type { KeptMessage } from '../../../src/domain/kept-message.ts';

const LUZ = '5491100000001';

/** A message as the history keeps it. */
export function kept(messageId: string, change: Partial<KeptMessage> & { text?: string; type?: string } = {}) {
  const { text = `text of ${messageId}`, type = 'text', ...fields } = change;
  const nothing = { quotedMessageId: null, editedMessageId: null, deletedMessageId: null, reaction: null };
  const content = { type, text, authorName: 'Luz', authorLid: null, groupName: null, media: null, ...nothing };
  return {
    ...{ messageId, chatId: `${LUZ}@s.whatsapp.net`, author: LUZ, sentAtMs: 1_000, status: null },
    content: { ...content, location: null, contacts: [], poll: null },
    ...fields,
  } satisfies KeptMessage;
}
