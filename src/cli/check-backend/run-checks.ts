import type { Clock } from '../../kit/clock.ts';
import type { DeliverySettings } from '../../webhooks/delivery-client.ts';
import { CommandError } from '../server-client.ts';
import type { Check, CheckRun, Finding, Verdict } from './check.ts';
import { type Answer, CheckedBackend } from './checked-backend.ts';
import { ACCESS_CHECKS } from './checks/access-checks.ts';
import { CONTENT_CHECKS } from './checks/content-checks.ts';
import { DELIVERY_CHECKS } from './checks/delivery-checks.ts';
import { MARK, TestSession } from './test-session.ts';

/** What one check found, for people and programs. */
export interface Result {
  id: string;
  title: string;
  verdict: Verdict;
  advice: string;
  /** The statuses that the backend answered: 200 for every 2xx, `null` for none. */
  statuses: (number | null)[];
  /** The slowest of these answers. */
  slowestMs: number;
}

/** What the backend may have stored. */
export interface TestData {
  sessionIds: string[];
  phoneNumbers: string[];
  /** All webhook-ids begin so. */
  webhookIds: string;
}

const CHECKS: readonly Check[] = [...DELIVERY_CHECKS, ...CONTENT_CHECKS, ...ACCESS_CHECKS];

/**
 * Runs all checks, and tells each result at once. Only the backend is asked, no orchestrator.
 * @throws CommandError when the backend cannot be reached at all
 */
export async function runChecks(
  settings: DeliverySettings,
  clock: Clock,
  onResult: (result: Result) => void,
): Promise<TestData> {
  const startedMs = clock.now();
  const [session, lateSession] = [new TestSession(startedMs, clock), new TestSession(startedMs + 2, clock)];
  const backend = new CheckedBackend(settings, clock);
  const run: CheckRun = { backend, session, lateSession, accepted: new Map(), refusesUnsigned: false };
  for (const [at, check] of CHECKS.entries()) {
    const finding = await found(check, run);
    const answers = backend.takeAnswers();
    if (at === 0) requireReachable(settings.baseUrl, answers);
    onResult(resultOf(check, finding, { answers, timeoutMs: settings.timeoutMs }));
  }
  const sessions = [session, lateSession];
  return {
    sessionIds: sessions.map(({ id }) => id),
    phoneNumbers: sessions.map(({ number }) => number),
    webhookIds: `${MARK}_`,
  };
}

async function found(check: Check, run: CheckRun): Promise<Finding> {
  if (run.backend.isSilent)
    return { verdict: 'skipped', advice: 'The backend did not answer three requests in a row.' };
  const { needs } = check;
  if (needs === undefined || run.accepted.has(needs)) return check.run(run);
  return { verdict: 'skipped', advice: `It does not accept an ordinary ${needs}.` };
}

function requireReachable(url: string, answers: readonly Answer[]): void {
  for (const { outcome } of answers) {
    if (outcome.kind === 'unreachable' && !outcome.maybeArrived)
      throw new CommandError(`${url}: ${outcome.detail}. Start it, or correct the address.`);
  }
}

function resultOf(
  { id, title }: Check,
  finding: Finding,
  { answers, timeoutMs }: { answers: readonly Answer[]; timeoutMs: number },
): Result {
  const slowestMs = Math.round(Math.max(0, ...answers.map(({ tookMs }) => tookMs)));
  const statuses = answers.map(({ outcome }) =>
    outcome.kind === 'accepted' ? 200 : outcome.kind === 'refused' ? outcome.status : null,
  );
  return { id, title, ...inTime(finding, slowestMs, timeoutMs), statuses, slowestMs };
}

/** An answer that comes too late is none, whatever it says. */
function inTime(finding: Finding, slowestMs: number, timeoutMs: number): Finding {
  if (slowestMs <= timeoutMs || finding.verdict === 'wrong') return finding;
  const late = `It answered after ${slowestMs} ms, and an orchestrator waits for ${timeoutMs} ms (BACKEND_TIMEOUT).`;
  return { verdict: 'wrong', advice: `${late} Answer when the event is stored, and process it afterwards.` };
}
