import { type Answer, ask } from '../../../../harness/ask.ts';
import { waitFor } from '../../../stage.ts';
import type { Act, Played, Scene } from '../act.ts';
import { readTexts, untilOrdinaryConnected } from './own-account.ts';

const SENDS = 20;
/** So many are sent at the moment of the crash: however quick the others were, some are under way then. */
const LATE = 4;
/** Answers after which a client tries again. */
const AGAIN = [409, 429, 503];

/** A send under a key: the answer before the crash, if there was one, and the answer to its repetition. */
interface Repeated {
  text: string;
  first: Answer | undefined;
  second: Answer;
}

/** SIGKILL while sends with an `Idempotency-Key` are under way; after the start, each is repeated under its key. */
export const CRASHES: Act = {
  name: 'kill -9 during sends with a key',
  async play(scene) {
    const all: Repeated[] = [];
    const crashes = Math.ceil(scene.size.times / 10);
    for (let count = 0; count < crashes; count += 1) all.push(...(await crash(scene, count)));
    const texts = all.map(({ text }) => text);
    await waitFor(() => texts.every((text) => readTexts(scene.fiend).has(text)), scene.size.patienceMs);
    return judged(scene, crashes, all);
  },
};

async function crash(scene: Scene, count: number): Promise<Repeated[]> {
  const { stage, fiend, dice, size } = scene;
  const texts = Array.from({ length: SENDS }, (_, index) => `key ${count}.${index}`);
  const begin = (text: string) => send(scene, text).catch(() => undefined);
  const sending = texts.slice(0, -LATE).map(begin);
  const fatal = dice.pick(texts.slice(0, SENDS / 2));
  await fiend.next(({ text }) => text === fatal, { timeoutMs: size.patienceMs });
  sending.push(...texts.slice(-LATE).map(begin));
  const code = await stage.process.end('SIGKILL');
  if (code !== null) throw new Error(`The process exited by itself with ${code}:\n${stage.process.output}`);
  const firsts = await Promise.all(sending);
  await stage.start();
  await untilOrdinaryConnected(scene);
  return Promise.all(texts.map(async (text, at) => ({ text, first: firsts[at], second: await repeat(scene, text) })));
}

/** The key is the text itself. */
function send({ stage, account, fiend }: Scene, text: string): Promise<Answer> {
  return ask(`${stage.process.url}/sessions/${account.sessionId}/send-message`, {
    method: 'POST',
    body: { number: fiend.number, message: text },
    headers: { 'idempotency-key': text },
  });
}

async function repeat(scene: Scene, text: string): Promise<Answer> {
  let answer = await send(scene, text);
  await waitFor(async () => {
    if (AGAIN.includes(answer.status)) answer = await send(scene, text);
    return !AGAIN.includes(answer.status);
  }, scene.size.patienceMs);
  return answer;
}

function judged({ fiend }: Scene, crashes: number, all: readonly Repeated[]): Played {
  const read = readTexts(fiend);
  const ids = new Map(fiend.messages().messages.map(({ text, id }) => [text, id]));
  const answered = all.filter(({ first }) => first !== undefined).length;
  const problems = all.flatMap(({ text, first, second }) => {
    const times = read.get(text) ?? 0;
    if (second.status !== 200) return [`“${text}”: the repetition was answered ${second.status}`];
    if (times !== 1) return [`“${text}” was read ${times} times`];
    const isSame = first?.status !== 200 || first.body.messageId === second.body.messageId;
    if (!isSame) return [`“${text}”: the repetition was answered with another message id`];
    return ids.get(text) === second.body.messageId ? [] : [`“${text}” was answered with an id that nobody has`];
  });
  if (answered === all.length) problems.push('no crash took an answer');
  const figure = `${crashes} kills during ${all.length} sends with a key, ${answered} answered before, ${read.size} read once after their repetition`;
  return { figure, problems };
}
