import type { Callback } from '../callback.ts';
import { assertFields, assertThat, required } from '../assertions.ts';
import { CUSTOMER, SHOP } from '../people.ts';
import { CUSTOMER_SENDS, type Sample, type SampleKind, SHOP_SENDS } from '../samples.ts';
import type { Stage } from '../stage.ts';
import { hasStatus, isMessage } from './messages.ts';
import type { StoryState } from './step.ts';

/** The fields of `media_info` that the story checks. */
interface MediaInfo {
  readonly mimetype: string;
  readonly size: number;
  readonly seconds: number | null;
  readonly path: string | null;
  readonly url: string | null;
}

/** The customer sends a picture, and the backend downloads it. */
export async function receivePicture(stage: Stage, state: StoryState): Promise<void> {
  const caption = '¿Es el que sirven en la barra?';
  const { body } = await sendAndDownload(stage, state, { kind: 'image', caption });
  assertFields(body, { message_content: caption });
}

/** The customer sends a voice note, and the backend downloads it. */
export async function receiveVoiceNote(stage: Stage, state: StoryState): Promise<void> {
  const seconds = 3;
  const { body } = await sendAndDownload(stage, state, { kind: 'voice', seconds });
  assertFields(body, { message_content: null });
  assertFields(mediaInfo(body), { seconds });
}

/** The backend uploads a picture, and the customer opens it. */
export async function sendPicture(stage: Stage, state: StoryState): Promise<void> {
  const { name, mimetype, bytes } = SHOP_SENDS.image;
  const caption = 'Este, en bolsa de medio kilo';
  const form = new FormData();
  for (const [field, value] of Object.entries({ type: 'image', number: CUSTOMER.number, caption })) {
    form.set(field, value);
  }
  form.set('file', new Blob([bytes], { type: mimetype }), name);
  await postAndOpen(stage, state, form, SHOP_SENDS.image);
}

/** The backend replies with a voice note, and receives the status "played". */
export async function sendVoiceNote(stage: Stage, state: StoryState): Promise<void> {
  const { bytes } = SHOP_SENDS.voice;
  const file = { base64: bytes.toString('base64') };
  await postAndOpen(stage, state, { type: 'voice', number: CUSTOMER.number, file }, SHOP_SENDS.voice);
  await stage.customer.markPlayed(state.messageId);
  await stage.backend.next('messages/status-update', hasStatus(state.messageId, 'played'));
}

/** The backend sends a poll, and the customer votes. */
export async function runPoll({ api, backend, customer }: Stage, state: StoryState): Promise<void> {
  const options = ['En grano', 'Molido'];
  const question = { name: '¿Cómo lo quieres?', options };
  const request = { type: 'poll', number: CUSTOMER.number, poll: question };
  const { messageId } = await api.call('POST', `/sessions/${state.sessionId}/messages`, request);
  const pollId = required(messageId, 'messageId');
  await customer.next(({ id }) => id === pollId);
  state.messageId = await customer.vote(pollId, ['En grano']);
  const { body } = await backend.next('messages/received', isMessage(state.messageId));
  assertFields(body, { message_type: 'poll_vote', message_content: 'En grano', sender_number: CUSTOMER.number });
  assertFields(body.poll as object, {
    message_id: pollId,
    name: question.name,
    results: [
      { option: 'En grano', votes: 1, voters: [CUSTOMER.number] },
      { option: 'Molido', votes: 0, voters: [] },
    ],
  });
}

/** Sends a file from the customer's phone. Resolves with its callback, once the backend has downloaded an identical file. */
async function sendAndDownload(
  { api, backend, customer }: Stage,
  state: StoryState,
  media: { kind: SampleKind; caption?: string; seconds?: number },
): Promise<Callback> {
  const { mimetype, bytes } = CUSTOMER_SENDS[media.kind];
  state.messageId = await customer.sendMedia(SHOP.number, { ...media, mimetype, bytes });
  const callback = await backend.next('messages/received', isMessage(state.messageId));
  assertFields(callback.body, { message_type: media.kind, sender_number: CUSTOMER.number });
  const info = mediaInfo(callback.body);
  assertFields(info, { mimetype, size: bytes.length });
  const folder = `./downloads/${state.sessionId}/`;
  assertThat(info.path?.startsWith(folder) ?? false, `path is ${info.path}, expected a path below ${folder}.`);
  const downloaded = await api.download(required(info.url ?? undefined, 'url'));
  assertThat(downloaded.equals(bytes), `The file at ${info.url} differs from the one that was sent.`);
  return callback;
}

/** Sends a file from the backend. Resolves once the customer's phone has opened an identical file. */
async function postAndOpen(
  { api, customer }: Stage,
  state: StoryState,
  request: object,
  { bytes }: Sample,
): Promise<void> {
  const response = await api.call('POST', `/sessions/${state.sessionId}/messages`, request);
  assertFields(response, { status: 'sent', to: `${CUSTOMER.number}@s.whatsapp.net` });
  state.messageId = required(response.messageId, 'messageId');
  const opened = await customer.media(await customer.next(({ id }) => id === state.messageId));
  assertThat(opened.equals(bytes), 'The file that the phone opened differs from the one that was sent.');
}

function mediaInfo(body: Callback['body']): MediaInfo {
  return body.media_info as MediaInfo;
}
