import { type EventKind, EVENT_PATHS } from '../../../domain/event.ts';
import { isUnwanted } from '../../../webhooks/retry-policy.ts';
import type { Check, CheckRun, Finding } from '../check.ts';
import { mustAccept } from '../judge.ts';

/** The order in which the events of a new session happen. */
const STORY: readonly EventKind[] = [
  'qr-update',
  'new-session-connected',
  'status-update',
  'message-received',
  'message-status-update',
];

const KNOWN = 'Make webhook-id the primary key of a table, and answer 2xx to an id that is already there.';
const ANNOUNCED_AGAIN = `${KNOWN} Insert the session with ON CONFLICT (phone_number) DO UPDATE.`;
const ANY_ORDER =
  'Events of a session can arrive late: accept them, and overwrite only what has a lower x-session-seq.';
const AT_ONCE =
  'Insert webhook-id in the transaction that stores the rest, and answer 2xx when it is taken (ON CONFLICT DO NOTHING).';

const arrives = (kind: EventKind): Check => ({
  id: `arrives/${kind}`,
  title: `${kind} (${EVENT_PATHS[kind]})`,
  run: async ({ backend, session, accepted }) => {
    const callback = session.event(kind);
    const answer = await backend.post(callback);
    const { outcome } = answer;
    if (outcome.kind === 'accepted') accepted.set(kind, callback);
    else if (isUnwanted(kind, outcome))
      return { verdict: 'ok', advice: 'The backend does not want it, which is fine.' };
    return mustAccept(kind, [answer]);
  },
});

const arrivesAgain = (kind: EventKind): Check => ({
  id: `again/${kind}`,
  title: `${kind} again, under the same webhook-id`,
  needs: kind,
  run: async ({ backend, accepted }) => {
    const known = accepted.get(kind);
    const advice = kind === 'new-session-connected' ? ANNOUNCED_AGAIN : KNOWN;
    return mustAccept(kind, known ? [await backend.post(known)] : [], advice);
  },
});

/** An orchestrator posts one after the other, but a request whose answer it gave up may still be at work. */
async function twiceAtOnce({ backend, session }: CheckRun): Promise<Finding> {
  const callback = session.event('message-received');
  const answers = await Promise.all([backend.post(callback), backend.post(callback)]);
  const finding = mustAccept('message-received', answers, AT_ONCE);
  return finding.verdict === 'wrong' ? { ...finding, verdict: 'warning' } : finding;
}

async function statusFirst({ backend, lateSession }: CheckRun): Promise<Finding> {
  const [status, announcement] = lateSession.swapped('new-session-connected', 'status-update');
  const answers = [await backend.post(status), await backend.post(announcement)];
  return mustAccept('status-update', answers, ANY_ORDER);
}

async function olderLater({ backend, session }: CheckRun): Promise<Finding> {
  const [newer, older] = session.swapped('status-update', 'status-update');
  return mustAccept('status-update', [await backend.post(newer), await backend.post(older)], ANY_ORDER);
}

/** Each event, each event again, and events out of order. */
export const DELIVERY_CHECKS: readonly Check[] = [
  ...STORY.map(arrives),
  ...STORY.map(arrivesAgain),
  { id: 'again/at-once', title: 'the same message twice at once', needs: 'message-received', run: twiceAtOnce },
  { id: 'order/status-first', title: 'a status before its session', needs: 'new-session-connected', run: statusFirst },
  { id: 'order/older-later', title: 'an older event after a newer one', needs: 'status-update', run: olderLater },
];
