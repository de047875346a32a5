import {
  type BaileysEventMap,
  decryptMediaRetryData,
  encryptMediaRetryRequest,
  proto,
  type WAMessage,
  type WASocket,
} from '@whiskeysockets/baileys';
import type { Clock } from '../../kit/clock.ts';
import { canSend } from '../baileys/handshake.ts';

/** The phone's answer, as the socket emits it. */
type Answer = BaileysEventMap['messages.media-update'][number];

/** The phone must be online to answer; a webhook waits 30 s in all. */
const ANSWER_LIMIT_MS = 20_000;

/**
 * Asks the phone that has the file of `message` to upload it to WhatsApp again. Returns the new direct path;
 * `undefined` when the phone refuses, does not answer in time, or cannot be asked yet. (Baileys' `updateMediaMessage` would wait for as long
 * as the connection lasts, and does not support video notes.)
 */
export async function askAgain(
  socket: WASocket,
  { key }: WAMessage,
  mediaKey: Uint8Array,
  clock: Clock,
): Promise<string | undefined> {
  const { id } = key;
  const me = socket.authState.creds.me?.id;
  if (!id || me === undefined || !canSend(socket)) return undefined;
  const answer = answerOn(socket, id, clock);
  try {
    await socket.sendNode(encryptMediaRetryRequest(key, Buffer.from(mediaKey), me));
  } catch {
    // The connection has just closed.
    answer.stop();
  }
  const media = (await answer.received)?.media;
  return media && directPathIn(media, mediaKey, id);
}

/** Waits for the phone's answer about this message; `undefined` when none comes in time. */
function answerOn(
  { ev }: WASocket,
  id: string,
  clock: Clock,
): { received: Promise<Answer | undefined>; stop: () => void } {
  const { promise, resolve } = Promise.withResolvers<Answer | undefined>();
  const listen = (answers: Answer[]) => {
    const ours = answers.find(({ key }) => key.id === id);
    if (ours) settle(ours);
  };
  const settle = (answer: Answer | undefined) => {
    timer.cancel();
    ev.off('messages.media-update', listen);
    resolve(answer);
  };
  const timer = clock.after(ANSWER_LIMIT_MS, () => settle(undefined));
  ev.on('messages.media-update', listen);
  return { received: promise, stop: () => settle(undefined) };
}

function directPathIn(media: NonNullable<Answer['media']>, mediaKey: Uint8Array, id: string): string | undefined {
  try {
    const { result, directPath } = decryptMediaRetryData(media, mediaKey, id);
    return result === proto.MediaRetryNotification.ResultType.SUCCESS ? (directPath ?? undefined) : undefined;
  } catch {
    // It is not from the phone that has the key.
    return undefined;
  }
}
