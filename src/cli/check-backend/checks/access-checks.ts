import { Secret } from '../../../kit/secret.ts';
import { type Check, type CheckRun, type Finding, OK } from '../check.ts';
import type { Answer } from '../checked-backend.ts';
import { mustAccept, mustRefuse } from '../judge.ts';

/** The event whose genuineness is in question: it changes nothing. */
const KIND = 'status-update';
const DAY_MS = 24 * 3600_000;
const OTHER = new Secret('somebody-elses-secret-of-check-backend');

const UNSIGNED =
  'Anybody who reaches the backend can post events: refuse what has no valid webhook-signature with 401.';
const REPLAYED = 'Refuse a webhook-timestamp that is more than five minutes away from your clock with 401.';
const WRONG_KEY = 'Refuse an Authorization that is not "Bearer " and the PRODUCTION_API_KEY with 401.';
const ROTATED =
  'While a secret is rotated, webhook-signature contains several, separated by spaces: one valid one is enough.';

const skipped = (setting: string): Finding => ({
  verdict: 'skipped',
  advice: `${setting} is not set here: set it as the orchestrator has it, and run this again.`,
});

/** Posts an event that is not quite genuine. Needs `CALLBACK_SECRET`. */
async function withSecret(
  { backend, session }: CheckRun,
  forge: (secret: Secret) => { secret?: Secret | null; ageMs?: number },
  judge: (answer: Answer) => Finding,
): Promise<Finding> {
  const { secret } = backend.settings;
  if (!secret) return skipped('CALLBACK_SECRET');
  return judge(await backend.postForged(session.event(KIND), forge(secret)));
}

function unsigned(run: CheckRun): Promise<Finding> {
  return withSecret(
    run,
    () => ({ secret: null }),
    (answer) => {
      run.refusesUnsigned = answer.outcome.kind === 'refused';
      return mustRefuse(answer, UNSIGNED);
    },
  );
}

function signedByOther(run: CheckRun): Promise<Finding> {
  return withSecret(
    run,
    () => ({ secret: OTHER }),
    (answer) => mustRefuse(answer, UNSIGNED),
  );
}

function signedLongAgo(run: CheckRun): Promise<Finding> {
  return withSecret(
    run,
    () => ({ ageMs: DAY_MS }),
    (answer) => mustRefuse(answer, REPLAYED),
  );
}

async function twoSignatures(run: CheckRun): Promise<Finding> {
  const both = (secret: Secret) => ({ secret: new Secret(`${OTHER.reveal()} ${secret.reveal()}`) });
  return withSecret(run, both, ({ outcome, tookMs }) => {
    if (outcome.kind !== 'refused') return mustAccept(KIND, [{ outcome, tookMs }]);
    return { verdict: 'warning', advice: `It answered ${outcome.status}. ${ROTATED}` };
  });
}

/** Whoever verifies signatures need not look at the key as well. */
async function wrongKey({ backend, session, refusesUnsigned }: CheckRun): Promise<Finding> {
  if (!backend.settings.apiKey) return skipped('PRODUCTION_API_KEY');
  const answer = await backend.postForged(session.event(KIND), { apiKey: OTHER });
  if (answer.outcome.kind === 'accepted' && refusesUnsigned)
    return { ...OK, advice: 'It accepts it, and the signature protects it.' };
  return mustRefuse(answer, WRONG_KEY);
}

/** What is not genuine. */
export const ACCESS_CHECKS: readonly Check[] = [
  { id: 'signature/none', title: 'an event without signature', needs: KIND, run: unsigned },
  { id: 'signature/wrong', title: 'an event with the signature of another secret', needs: KIND, run: signedByOther },
  { id: 'signature/old', title: 'an event that was signed a day ago', needs: KIND, run: signedLongAgo },
  { id: 'signature/two', title: 'an event with two signatures, one of them valid', needs: KIND, run: twoSignatures },
  { id: 'authorization/wrong', title: 'an event with another Authorization', needs: KIND, run: wrongKey },
];
