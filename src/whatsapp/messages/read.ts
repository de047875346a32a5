import { type proto } from '@whiskeysockets/baileys';
import { type MessageContent } from '../../domain/message.ts';
import { readContext } from './context.ts';
import * as media from './media.ts';
import * as text from './text.ts';
import { fieldsOf, unwrap } from './unwrap.ts';

const KINDS = [text, media];

/** Fields by which devices keep each other's books: nothing that a person wrote. */
const BOOKKEEPING = new Set([
  'senderKeyDistributionMessage',
  'fastRatchetKeySenderKeyDistributionMessage',
  'messageContextInfo',
  'deviceSentMessage',
  'stickerSyncRmrMessage',
  'keepInChatMessage',
  'pinInChatMessage',
  'albumMessage',
]);

/** Kinds of protocol message that a person caused: taking a message back, and editing one. */
const BY_A_PERSON = new Set([0, 14]);

/**
 * What a message says; `undefined` when it is only bookkeeping between devices. A kind that we do not know
 * becomes `unsupported`, so that the backend learns at least that something came.
 */
export function readContent(message: proto.IMessage): MessageContent | undefined {
  const inner = unwrap(message);
  for (const kind of KINDS) {
    const content = kind.read(inner);
    if (content) return content;
  }
  if (isBookkeeping(inner)) return undefined;
  return { type: 'unsupported', text: null, media: null, ...readContext(undefined) };
}

function isBookkeeping(message: proto.IMessage): boolean {
  const { protocolMessage } = message;
  if (protocolMessage && BY_A_PERSON.has(protocolMessage.type ?? 0)) return false;
  return fieldsOf(message).every((field) => field === 'protocolMessage' || BOOKKEEPING.has(field));
}
