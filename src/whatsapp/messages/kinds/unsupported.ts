import type { proto } from '@whiskeysockets/baileys';
import type { MessageContent } from '../../../domain/message.ts';
import { contentOf } from '../content.ts';
import { BOOKKEEPING, fieldsOf, unwrap } from '../unwrap.ts';

/**
 * A message that cannot be read, with the names of its fields: those inside its wrappers or, if there are none, the
 * wrappers' own.
 */
export function unsupported(message: proto.IMessage): MessageContent {
  const [inner, outer] = [unwrap(message), message].map(namesIn);
  return contentOf('unsupported', { unsupportedKeys: (inner?.length ? inner : outer) ?? [] });
}

function namesIn(message: proto.IMessage): string[] {
  return fieldsOf(message).filter((name) => !BOOKKEEPING.has(name));
}
