import { type proto } from '@whiskeysockets/baileys';
import { type MessageContent } from '../../domain/message.ts';
import { numberOf, withoutDevice } from '../jid.ts';

/** What a message says about others: the one it answers, the people it names, whether it was forwarded. */
export type MessageContext = Pick<MessageContent, 'quotedMessageId' | 'mentions' | 'isForwarded'>;

/** The context that sits in the innermost part of most kinds; plain text has none. */
export function readContext(info: proto.IContextInfo | null | undefined): MessageContext {
  return {
    quotedMessageId: info?.stanzaId ?? null,
    mentions: (info?.mentionedJid ?? []).map((jid) => numberOf(jid) ?? withoutDevice(jid)),
    isForwarded: info?.isForwarded ?? false,
  };
}
