import { type Callback } from '../callback.ts';
import { claim, claimValues, present } from '../claims.ts';
import { CUSTOMER, SHOP } from '../people.ts';
import { CUSTOMER_SENDS, type Sample, type SampleKind, SHOP_SENDS } from '../samples.ts';
import { type Stage } from '../stage.ts';
import { isMessage, says } from './messages.ts';
import { type Plot } from './plot.ts';

/** What `media_info` says of a file, as far as the story looks at it. */
interface MediaInfo {
  readonly mimetype: string;
  readonly size: number;
  readonly seconds: number | null;
  readonly path: string | null;
  readonly url: string | null;
}

/** The customer sends a picture, and the backend opens it. */
export async function pictureIn(stage: Stage, plot: Plot): Promise<void> {
  const caption = '¿Es el que sirven en la barra?';
  const { body } = await sendAndFetch(stage, plot, { kind: 'image', caption });
  claimValues(body, { message_content: caption });
}

/** The customer speaks, and the backend hears it. */
export async function voiceNoteIn(stage: Stage, plot: Plot): Promise<void> {
  const seconds = 3;
  const { body } = await sendAndFetch(stage, plot, { kind: 'voice', seconds });
  claimValues(body, { message_content: null });
  claimValues(mediaInfo(body), { seconds });
}

/** The backend uploads a picture, and the customer opens it. */
export async function pictureOut(stage: Stage, plot: Plot): Promise<void> {
  const { name, mimetype, bytes } = SHOP_SENDS.image;
  const caption = 'Este, en bolsa de medio kilo';
  const form = new FormData();
  for (const [field, value] of Object.entries({ type: 'image', number: CUSTOMER.number, caption })) {
    form.set(field, value);
  }
  form.set('file', new Blob([bytes], { type: mimetype }), name);
  await postAndOpen(stage, plot, form, SHOP_SENDS.image);
}

/** The backend answers with a voice note, and learns that it was played. */
export async function voiceNoteOut(stage: Stage, plot: Plot): Promise<void> {
  const { bytes } = SHOP_SENDS.voice;
  const file = { base64: bytes.toString('base64') };
  await postAndOpen(stage, plot, { type: 'voice', number: CUSTOMER.number, file }, SHOP_SENDS.voice);
  await stage.customer.markPlayed(plot.messageId);
  await stage.backend.next('messages/status-update', says(plot.messageId, 'played'));
}

/** The backend asks, and the customer chooses. */
export async function poll({ api, backend, customer }: Stage, plot: Plot): Promise<void> {
  const options = ['En grano', 'Molido'];
  const question = { name: '¿Cómo lo quiere?', options };
  const request = { type: 'poll', number: CUSTOMER.number, poll: question };
  const { messageId } = await api.call('POST', `/sessions/${plot.sessionId}/messages`, request);
  const pollId = present(messageId, 'messageId');
  await customer.next(({ id }) => id === pollId);
  plot.messageId = await customer.vote(pollId, ['En grano']);
  const { body } = await backend.next('messages/received', isMessage(plot.messageId));
  claimValues(body, { message_type: 'poll_vote', message_content: 'En grano', sender_number: CUSTOMER.number });
  claimValues(body.poll as object, {
    message_id: pollId,
    name: question.name,
    results: [
      { option: 'En grano', votes: 1, voters: [CUSTOMER.number] },
      { option: 'Molido', votes: 0, voters: [] },
    ],
  });
}

/** A file from the customer's phone; the callback of it, once the backend has fetched the file and found it equal. */
async function sendAndFetch(
  { api, backend, customer }: Stage,
  plot: Plot,
  said: { kind: SampleKind; caption?: string; seconds?: number },
): Promise<Callback> {
  const { mimetype, bytes } = CUSTOMER_SENDS[said.kind];
  plot.messageId = await customer.sendMedia(SHOP.number, { ...said, mimetype, bytes });
  const callback = await backend.next('messages/received', isMessage(plot.messageId));
  claimValues(callback.body, { message_type: said.kind, sender_number: CUSTOMER.number });
  const info = mediaInfo(callback.body);
  claimValues(info, { mimetype, size: bytes.length });
  const folder = `./downloads/${plot.sessionId}/`;
  claim(info.path?.startsWith(folder) ?? false, `path is ${info.path}, and not below ${folder}.`);
  const fetched = await api.file(present(info.url ?? undefined, 'url'));
  claim(fetched.equals(bytes), `The file at ${info.url} is not the one that was sent.`);
  return callback;
}

/** A file from the backend; resolves when the customer's phone has opened it and found it equal. */
async function postAndOpen({ api, customer }: Stage, plot: Plot, request: object, { bytes }: Sample): Promise<void> {
  const answer = await api.call('POST', `/sessions/${plot.sessionId}/messages`, request);
  claimValues(answer, { status: 'sent', to: `${CUSTOMER.number}@s.whatsapp.net` });
  plot.messageId = present(answer.messageId, 'messageId');
  const opened = await customer.media(await customer.next(({ id }) => id === plot.messageId));
  claim(opened.equals(bytes), 'The file that the phone opened is not the one that was sent.');
}

function mediaInfo(body: Callback['body']): MediaInfo {
  return body.media_info as MediaInfo;
}
