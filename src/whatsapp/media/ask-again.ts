import {
  type BaileysEventMap,
  decryptMediaRetryData,
  encryptMediaRetryRequest,
  proto,
  type WAMessage,
  type WASocket,
} from '@whiskeysockets/baileys';
import { type Clock } from '../../kit/clock.ts';

/** What a socket tells of a file that was handed in again, or was not. */
type Answer = BaileysEventMap['messages.media-update'][number];

/** The phone must be online for it; a callback waits 30 s in all. */
const PATIENCE_MS = 20_000;

/**
 * Asks the phone that has the file of `message` to hand it in to WhatsApp again, and answers its new direct path;
 * `undefined` when the phone says no, or nothing in time. (Baileys' `updateMediaMessage` would wait for as long as the line
 * lasts, and takes no video notes.)
 */
export async function askAgain(
  socket: WASocket,
  { key }: WAMessage,
  mediaKey: Uint8Array,
  clock: Clock,
): Promise<string | undefined> {
  const { id } = key;
  const me = socket.authState.creds.me?.id;
  if (!id || me === undefined) return undefined;
  const answer = answerOn(socket, id, clock);
  try {
    await socket.sendNode(encryptMediaRetryRequest(key, Buffer.from(mediaKey), me));
  } catch {
    // The line has just gone.
    answer.stop();
  }
  const media = (await answer.heard)?.media;
  return media && directPathIn(media, mediaKey, id);
}

/** What the phone says about this message; `undefined` for nothing in time. */
function answerOn(
  { ev }: WASocket,
  id: string,
  clock: Clock,
): { heard: Promise<Answer | undefined>; stop: () => void } {
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
  const timer = clock.after(PATIENCE_MS, () => settle(undefined));
  ev.on('messages.media-update', listen);
  return { heard: promise, stop: () => settle(undefined) };
}

function directPathIn(media: NonNullable<Answer['media']>, mediaKey: Uint8Array, id: string): string | undefined {
  try {
    const { result, directPath } = decryptMediaRetryData(media, mediaKey, id);
    return result === proto.MediaRetryNotification.ResultType.SUCCESS ? (directPath ?? undefined) : undefined;
  } catch {
    // Not from the phone that has the key.
    return undefined;
  }
}
