import type { proto } from '@whiskeysockets/baileys';
import type { MessageContent } from '../../../domain/message.ts';
import { timerChange } from '../chat-timer.ts';
import { contentOf } from '../content.ts';

/** Reads a change of the chat's disappearing timer; `undefined` when `message` is of another kind, or the timer absurd. */
export function read(message: proto.IMessage): MessageContent | undefined {
  const seconds = timerChange(message);
  return seconds === undefined ? undefined : contentOf('disappearing_timer', { seconds });
}
