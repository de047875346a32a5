import { type SessionId } from '../../../src/domain/session-id.ts';
import { BrowserTokens } from '../../../src/http/access/browser-tokens.ts';
import { type Caller } from '../../../src/http/access/caller.ts';
import { systemRandom } from '../../../src/kit/random.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

const ISSUER: Caller = { id: 'key_1', scopes: ['admin'], sessions: null, isExpired: () => false };
const SESSION = 'session_1_abc' as SessionId;
const TTL_MS = 60_000;
const YEAR_MS = 365 * 24 * 3600_000;

it.each([-YEAR_MS, 0, YEAR_MS])(
  'a token lives for its time, also when the clock is set by %d ms meanwhile',
  async (setByMs) => {
    const clock = new ManualClock();
    const abandoned: SessionId[] = [];
    const tokens = new BrowserTokens({ clock, random: systemRandom, abandoned: (made) => abandoned.push(made) });
    const { token } = tokens.issue(ISSUER, { sessionId: null, ttlMs: TTL_MS });
    tokens.callerOf(token.reveal())!.token!.sessionId = SESSION;

    await clock.advance(TTL_MS - 1);
    clock.set(setByMs);
    const caller = tokens.callerOf(token.reveal());
    expect([caller?.isExpired(), abandoned]).toEqual([false, []]);
    await clock.advance(1);

    expect([caller?.isExpired(), tokens.callerOf(token.reveal()), abandoned]).toEqual([true, undefined, [SESSION]]);
  },
);
