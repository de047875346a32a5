import { setTimeout as pause } from 'node:timers/promises';
import type { Reaction, Received } from '../../../harness/test-backend.ts';
import { messagesOf, withoutRepeats } from '../../ledger.ts';
import { type Stage, waitFor } from '../../stage.ts';
import type { Act, Played, Scene } from './act.ts';

/** With this many texts, one is refused with each status. */
const FEWEST_TEXTS = 10;
const TOO_LARGE = 413;
const BROKEN = 500;
const BAD_GATEWAY = 502;
/** How often somebody retries what is refused. */
const IMPATIENCE_MS = 500;
/** The longest delay of ordinary people's messages to other accounts, with a margin for a busy machine. */
const ON_TIME_MS = 5_000;
/** For how long one webhook meets 502s: clearly shorter than `CALLBACK_POISON_AFTER`, as a backend's outage has to be. */
const LONGEST_OUTAGE_MS = 1_500;
/** More than is read of an answer. */
const LONG_ANSWER = 'x'.repeat(100_000);

/** A callback, as `GET /callbacks` lists it. */
interface Listed {
  id: number;
  webhookId: string;
}

/** What a backend can do that is broken, or malicious. */
export const BACKEND: readonly Act[] = [
  { name: 'texts that are always refused', isLong: true, play: refuseForGood },
  { name: '502 for every tenth post', play: (scene) => fail(scene, 0.1) },
  { name: '502 for every second post', play: (scene) => fail(scene, 0.5) },
  {
    name: 'answers that are none',
    play: (scene) =>
      answerBadly(scene, {
        what: 'answers with 101, or longer than any',
        answers: [
          { status: 101, headers: { connection: 'upgrade', upgrade: 'websocket' } },
          101,
          { status: 200, body: LONG_ANSWER },
        ],
        count: scene.size.times * 3,
      }),
  },
  {
    name: 'answers that never end',
    isLong: true,
    play: (scene) =>
      answerBadly(scene, {
        what: 'answers that trickle, stop midway or never begin',
        answers: [{ status: 200, trickles: true }, { status: 200, headers: { 'content-length': '100' } }, 'hang'],
        count: Math.max(3, Math.ceil(scene.size.times / 2)),
      }),
  },
  { name: 'redirects', play: redirect },
];

/** Refuses some of the fiend's texts for good. All others arrive in order, and somebody then retries or discards the dead letters. */
async function refuseForGood(scene: Scene): Promise<Played> {
  const { stage, account, fiend, size } = scene;
  const since = stage.backend.received.length;
  const texts = Array.from({ length: Math.max(size.times, FEWEST_TEXTS) }, (_, index) => `refused? ${index + 1}`);
  const refusals = new Map(texts.map((text, index) => [text, statusOf(index + 1)]));
  const refused = texts.filter((text) => refusals.get(text) !== 200);
  const accepted = [...texts.filter((text) => refusals.get(text) === 200), 'the last one'];
  stage.backend.answerWith((received) => refusals.get(textOf(received) ?? '') ?? 200);
  for (const text of [...texts, 'the last one']) await fiend.sendText(account.phone, text);
  const told = () => toldOf(stage.accepted, fiend.number);
  await waitFor(async () => {
    if (told().includes('the last one')) return true;
    await retryOldest(scene);
    return false;
  }, size.patienceMs * refused.length);
  const order = told();
  const dead = await deadLetters(stage);
  const slowestMs = slowestOfOthers(scene, since);
  const posts = stage.backend.received.filter((received) => refused.includes(textOf(received) ?? ''));
  const expected = new Set(posts.map(({ headers }) => headers['webhook-id'] as string));
  stage.backend.recovers();
  const { retried, problems } = await cleanUp(scene, dead, refused);
  return {
    figure:
      `${refused.length} of ${texts.length} texts refused for good, ${dead.length} dead letters, ` +
      `others after ${slowestMs} ms at most, ${retried} retried and ${dead.length - retried} discarded`,
    problems: [
      ...(order.join() === accepted.join() ? [] : [`the other texts came as ${order.join()}`]),
      ...(dead.length === refused.length ? [] : [`${dead.length} dead letters for ${refused.length} refused texts`]),
      ...dead.filter(({ webhookId }) => !expected.has(webhookId)).map(({ webhookId }) => `${webhookId} is dead, too`),
      ...(slowestMs <= ON_TIME_MS ? [] : [`a message to another account took ${slowestMs} ms`]),
      ...problems,
    ],
  };
}

/** What somebody does who does not want to wait for the next attempt. */
async function retryOldest({ stage, account }: Scene): Promise<void> {
  await pause(IMPATIENCE_MS);
  const { body } = await stage.process.get(`/callbacks?state=pending&limit=1&sessionId=${account.sessionId}`);
  const [oldest] = body.data as [Listed?];
  if (oldest) await stage.process.post(`/callbacks/${oldest.id}/retry`);
}

function statusOf(number: number): number {
  if (number % 10 === 0) return TOO_LARGE;
  return number % 7 === 0 ? BROKEN : 200;
}

/** Retries every second dead letter, discards the others, and finds what did not become of them. */
async function cleanUp(scene: Scene, dead: readonly Listed[], refused: readonly string[]) {
  const { stage, fiend, size } = scene;
  const retried = dead.filter((_, index) => index % 2 === 0);
  const postsBefore = stage.backend.received.length;
  const answers = await Promise.all(
    dead.map((letter) =>
      stage.process.post(`/callbacks/${letter.id}/${retried.includes(letter) ? 'retry' : 'discard'}`),
    ),
  );
  const arrived = () => toldOf(stage.accepted, fiend.number).filter((text) => refused.includes(text ?? ''));
  await waitFor(() => arrived().length >= retried.length, size.patienceMs);
  const late = stage.backend.received.slice(postsBefore).map(({ headers }) => headers['webhook-id']);
  const discarded = dead.filter((letter) => !retried.includes(letter));
  const left = await deadLetters(stage);
  return {
    retried: retried.length,
    problems: [
      ...answers.filter(({ status }) => status !== 200).map(({ status }) => `retry or discard answered ${status}`),
      ...retried.filter(({ webhookId }) => !late.includes(webhookId)).map(({ id }) => `${id} was retried in vain`),
      ...discarded.filter(({ webhookId }) => late.includes(webhookId)).map(({ id }) => `${id} was posted all the same`),
      ...(left.length === 0 ? [] : [`${left.length} dead letters are left`]),
    ],
  };
}

/** Answers this share of the posts with 502. */
async function fail(scene: Scene, share: number): Promise<Played> {
  const { stage, dice, size } = scene;
  const count = share < 0.5 ? size.times : size.times * 2;
  const failing = new Map<unknown, number>();
  let [posts, failures] = [0, 0];
  const isDown = ({ headers, at }: Received): boolean => {
    const since = failing.get(headers['webhook-id']) ?? at;
    if (!dice.happens(share) || at - since > LONGEST_OUTAGE_MS) return false;
    failing.set(headers['webhook-id'], since);
    return true;
  };
  stage.backend.answerWith((received) => {
    posts += 1;
    if (!isDown(received)) return 200;
    failures += 1;
    return BAD_GATEWAY;
  });
  await waitFor(() => failures >= count, size.patienceMs);
  stage.backend.recovers();
  return {
    figure: `${failures} of ${posts} posts answered 502`,
    problems: [
      ...(failures >= count ? [] : [`only ${failures} of ${count} posts were answered 502`]),
      ...(await afterwards(scene)),
    ],
  };
}

/** What {@link answerBadly} does. */
interface BadAnswers {
  what: string;
  answers: readonly Reaction[];
  /** The number of webhooks whose first post gets one of the answers. */
  count: number;
}

/** Answers the first post of each of the next webhooks with one of the answers, in turn. Its next post has to follow. */
async function answerBadly(scene: Scene, { what, answers, count }: BadAnswers): Promise<Played> {
  const { stage, size } = scene;
  const first = new Map<unknown, Received>();
  const next = new Map<unknown, Received>();
  stage.backend.answerWith((received) => {
    const id = received.headers['webhook-id'];
    if (!first.has(id)) return first.size < count ? bad(first, received, answers) : 200;
    if (!next.has(id)) next.set(id, received);
    return 200;
  });
  await waitFor(() => next.size >= count, size.patienceMs);
  stage.backend.recovers();
  const pauses = [...next].map(([id, { at }]) => at - (first.get(id)?.at ?? at));
  return {
    figure: `${first.size} ${what}, posted again after ${Math.max(0, ...pauses)} ms at most`,
    problems: [
      ...(first.size === count ? [] : [`only ${first.size} of ${count} posts came`]),
      ...(next.size === first.size ? [] : [`${first.size - next.size} were never posted again`]),
      ...(await afterwards(scene)),
    ],
  };
}

function bad(first: Map<unknown, Received>, received: Received, answers: readonly Reaction[]): Reaction {
  const answer = answers[first.size % answers.length] ?? 200;
  first.set(received.headers['webhook-id'], received);
  return answer;
}

/** Redirects posts to another path, and into a private network. */
async function redirect(scene: Scene): Promise<Played> {
  const { stage, size } = scene;
  const locations = [`${stage.backend.url}/elsewhere`, '/elsewhere', 'http://169.254.169.254/', 'elsewhere:'];
  const statuses = [301, 302, 303, 307, 308];
  const answers = statuses.flatMap((status) => locations.map((location) => ({ status, headers: { location } })));
  const played = await answerBadly(scene, { what: 'redirects', answers, count: size.times * 4 });
  const followed = stage.backend.received.filter(({ path }) => path.includes('elsewhere')).length;
  return {
    figure: `${played.figure}, ${followed} followed`,
    problems: [...played.problems, ...(followed === 0 ? [] : [`${followed} redirects were followed`])],
  };
}

/** Waits until everybody has what was written until now; nothing may have been given up. */
async function afterwards({ stage, size }: Scene): Promise<string[]> {
  const last = stage.accounts.map(
    ({ phone, sessionId }) => `${phone.number.slice(-2)}/${stage.ledger.count(sessionId)}`,
  );
  const missing = () => {
    const contents = new Set(messagesOf(stage.accepted).map(textOf));
    return last.filter((content) => !contents.has(content));
  };
  await waitFor(() => missing().length === 0, size.patienceMs);
  const dead = await deadLetters(stage);
  return [
    ...missing().map((content) => `${content} has not arrived`),
    ...(dead.length === 0 ? [] : [`there are ${dead.length} dead letters`]),
  ];
}

async function deadLetters({ process }: Stage): Promise<Listed[]> {
  const { body } = await process.get('/callbacks?state=dead&limit=500');
  return (body.data ?? []) as Listed[];
}

/** The longest delay of what ordinary people have written to the other accounts since then. */
function slowestOfOthers({ stage, account }: Scene, since: number): number {
  const delays = messagesOf(stage.backend.received.slice(since))
    .filter(({ body, status }) => status === 200 && body.session_id !== account.sessionId)
    .map((received) => stage.delayMs(received));
  return Math.max(0, ...delays.filter((delay) => !Number.isNaN(delay)));
}

function toldOf(accepted: readonly Received[], number: string): (string | undefined)[] {
  return withoutRepeats(messagesOf(accepted))
    .filter(({ body }) => body.sender_number === number)
    .map(textOf);
}

/** The text of a message; other callbacks have none. */
function textOf({ body }: Received): string | undefined {
  return (body?.message_content ?? undefined) as string | undefined;
}
