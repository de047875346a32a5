import type { Answer } from '../../../../harness/ask.ts';
import { type Stage, waitFor } from '../../../stage.ts';
import type { Act, Scene } from '../act.ts';
import { link, readTexts, remove } from './own-account.ts';

/** Half of them are sent when one of the first was read: however quick they are, some are under way then. */
const SENDS = 24;
/** One of so many first ones is waited for. */
const FIRST = 4;
/** What tells that a message has not been, or may not have been, sent. */
const FAILED = ['failed'];
const ANY = ['failed', 'sent', 'delivered', 'read'];

/** A text whose session was deleted while it was sent. */
interface Sent {
  text: string;
  answer: Answer | undefined;
}

/** `DELETE` of a session during its sends; then its number is linked again, under the same id. */
export const DELETIONS: Act = {
  name: 'DELETE of a session during its sends',
  async play(scene) {
    const { stage, size, fiend } = scene;
    const rounds = Math.ceil(size.times / 5);
    const phone = stage.stranger();
    const all: Sent[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const sessionId = await link(stage.process, phone, size.patienceMs);
      all.push(...(await removedDuringSends(scene, sessionId, round)));
    }
    const problems = () => all.flatMap((sent) => problemsOf(stage, sent, readTexts(fiend).get(sent.text) ?? 0));
    await waitFor(() => problems().length === 0, size.patienceMs);
    const sent = all.filter(({ answer }) => answer?.body.status === 'sent').length;
    const interrupted = sent < all.length ? [] : ['no send was interrupted'];
    return {
      figure: `${rounds} sessions deleted during ${all.length} sends, ${sent} answered sent, the others failed`,
      problems: [...problems(), ...interrupted],
    };
  },
};

async function removedDuringSends({ stage, fiend, dice, size }: Scene, id: string, round: number): Promise<Sent[]> {
  const texts = Array.from({ length: SENDS }, (_, index) => `deleted ${round}.${index}`);
  const send = async (text: string) => {
    const request = { number: fiend.number, message: text };
    const answer = await stage.process.post(`/sessions/${id}/send-message`, request).catch(() => undefined);
    return { text, answer };
  };
  const sending = texts.slice(0, SENDS / 2).map(send);
  const last = dice.pick(texts.slice(0, FIRST));
  await fiend.next(({ text }) => text === last, { timeoutMs: size.patienceMs });
  sending.push(...texts.slice(SENDS / 2).map(send));
  await remove(stage, id);
  return Promise.all(sending);
}

/** Whatever has a message id has a fate; what was refused without one was never sent. */
function problemsOf(stage: Stage, { text, answer }: Sent, times: number): string[] {
  if (answer === undefined) return [`“${text}” was not answered`];
  if (times > 1) return [`“${text}” was read ${times} times`];
  const { status, body } = answer;
  if (status !== 200) return times === 0 ? [] : [`“${text}” was refused with ${body.error}, and read`];
  if (body.status === 'sent') return times === 1 ? [] : [`“${text}” was answered “sent”, and not read`];
  const isTold = stage.accepted.some(
    ({ path, body: told }) =>
      path.endsWith('messages/status-update') &&
      told.message_id === body.messageId &&
      (times === 0 ? FAILED : ANY).includes(told.status as string),
  );
  return isTold ? [] : [`“${text}” was answered “${body.status}”, and nobody was told what became of it`];
}
