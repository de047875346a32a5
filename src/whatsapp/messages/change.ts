import { proto } from '@whiskeysockets/baileys';
import { type MessageContent } from '../../domain/message.ts';
import { contentOf } from './content.ts';

const { REVOKE, MESSAGE_EDIT } = proto.Message.ProtocolMessage.Type;

/** Reads what a message says, whatever its kind. */
export type ReadContent = (message: proto.IMessage) => MessageContent | undefined;

/**
 * What somebody did to an earlier message: took it back, or wrote it anew, of which `readContent` reads the new form;
 * `undefined` when `message` is of another kind.
 */
export function read({ protocolMessage }: proto.IMessage, readContent: ReadContent): MessageContent | undefined {
  if (!protocolMessage) return undefined;
  const messageId = protocolMessage.key?.id ?? null;
  // Protobuf leaves out a type of 0, which is the one of taking back.
  const type = protocolMessage.type ?? REVOKE;
  if (type === REVOKE) return contentOf('delete', { deletedMessageId: messageId });
  if (type !== MESSAGE_EDIT) return undefined;
  return { ...newForm(protocolMessage, readContent), type: 'edit', editedMessageId: messageId };
}

function newForm({ editedMessage }: proto.Message.IProtocolMessage, readContent: ReadContent): MessageContent {
  return (editedMessage ? readContent(editedMessage) : undefined) ?? contentOf('edit');
}
