import type { proto } from '@whiskeysockets/baileys';
import type { MessageContent } from '../../../domain/message.ts';
import type { Payload, UseCase } from '../seal.ts';
import type { ReadContent } from './change.ts';

/** A message that WhatsApp encrypted a second time, with the secret of the message that it is about. */
export interface Sealed {
  useCase: UseCase;
  payload: Payload;
  /** The message that it is about, as its sender names it. */
  target: proto.IMessageKey;
  /** What it claims to be, as far as that can be seen from outside. */
  claim: MessageContent;
  /** Reads what was opened; `undefined` when it has no content. Throws when it is malformed. */
  read: (opened: Uint8Array, readContent: ReadContent) => MessageContent | undefined;
}
