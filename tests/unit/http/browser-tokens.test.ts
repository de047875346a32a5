import { createHmac } from 'node:crypto';
import { StorageUnavailableError } from '../../../src/domain/errors.ts';
import type { SessionId } from '../../../src/domain/session-id.ts';
import { BrowserTokens } from '../../../src/http/access/browser-tokens.ts';
import { type Caller, createSession } from '../../../src/http/access/caller.ts';
import { TokensInMemory } from '../../../src/http/access/tokens-in-memory.ts';
import { silentLogger } from '../../../src/kit/logger.ts';
import { systemRandom } from '../../../src/kit/random.ts';
import type { BrowserTokenStore } from '../../../src/ports/browser-tokens.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

const ISSUER: Caller = { id: 'key_1', scopes: ['admin'], sessions: null, isExpired: () => false };
const SESSION = 'session_1_abc' as SessionId;
const TTL_MS = 60_000;
const YEAR_MS = 365 * 24 * 3600_000;

const sign = (text: string) => createHmac('sha256', 'pepper').update(text).digest('hex');

/** Tokens on a clock of their own; `nodes` of them share a store. */
function start({ abandon = () => Promise.resolve() }: { abandon?: () => Promise<void> } = {}) {
  const clock = new ManualClock();
  const store = new TokensInMemory(clock);
  const abandoned: SessionId[] = [];
  const node = (over: Partial<BrowserTokenStore> = {}) => {
    const calls: Record<string, unknown> = {};
    for (const name of ['add', 'find', 'begin', 'made', 'failed', 'revokeIssuedBy', 'ended', 'remove'] as const) {
      calls[name] = store[name].bind(store);
    }
    return new BrowserTokens({
      store: { ...(calls as unknown as BrowserTokenStore), ...over },
      sign,
      clock,
      random: systemRandom,
      log: silentLogger,
      abandon: (made) => abandon().then(() => void abandoned.push(made)),
    });
  };
  return { clock, node, abandoned };
}

async function issued(tokens: BrowserTokens, sessionId: SessionId | null = null): Promise<string> {
  return (await tokens.issue(ISSUER, { sessionId, ttlMs: TTL_MS })).token.reveal();
}

const make = async (caller: Caller | undefined, sessionId = SESSION) =>
  createSession(caller!, () => Promise.resolve({ sessionId }));

it.each([-YEAR_MS, 0, YEAR_MS])(
  'a token lives for its time, also when the clock is set by %d ms meanwhile',
  async (setByMs) => {
    const { clock, node, abandoned } = start();
    const tokens = node();
    const token = await issued(tokens);
    await make(await tokens.callerOf(token));

    await clock.advance(TTL_MS - 1);
    clock.set(setByMs);
    const caller = await tokens.callerOf(token);
    expect([caller?.isExpired(), abandoned]).toEqual([false, []]);
    await clock.advance(1);

    expect([caller?.isExpired(), await tokens.callerOf(token), abandoned]).toEqual([true, undefined, [SESSION]]);
  },
);

describe('a token of several nodes', () => {
  it('is shown by all what one of them has created with it, also in a stream that is open', async () => {
    const { clock, node } = start();
    const [a, b] = [node(), node()];
    a.follow();
    const token = await issued(a);
    const stream = await a.callerOf(token);

    await make(await b.callerOf(token));

    expect(stream!.token!.sessionId).toBeNull();
    expect((await b.callerOf(token))!.token!.sessionId).toBe(SESSION);
    await clock.advance(2_000);
    expect(stream!.token!.sessionId).toBe(SESSION);
    await a[Symbol.asyncDispose]();
  });

  it('creates one session, on whichever node', async () => {
    const { node } = start();
    const [a, b] = [node(), node()];
    const token = await issued(a);
    const callers = await Promise.all([a.callerOf(token), b.callerOf(token), a.callerOf(token)]);

    const outcomes = await Promise.allSettled(callers.map((caller) => make(caller)));

    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'not_permitted' } });
  });

  it('ends at once where its key is found to be revoked', async () => {
    const { node } = start();
    const [a, b] = [node(), node()];
    const caller = await b.callerOf(await issued(a));
    await b.revokeIssuedBy('another');
    expect(caller!.isExpired()).toBe(false);
    await b.revokeIssuedBy(ISSUER.id);
    expect(caller!.isExpired()).toBe(true);
  });
});

it('a session that is finished after the end of its token ends, too', async () => {
  const { clock, node, abandoned } = start();
  const tokens = node();
  const caller = await tokens.callerOf(await issued(tokens));
  const create = async () => {
    await clock.advance(TTL_MS);
    return { sessionId: SESSION };
  };
  await expect(createSession(caller!, create)).rejects.toMatchObject({ code: 'unauthorized' });
  expect(abandoned).toEqual([SESSION]);
});

it('what cannot be ended yet is ended later, and only once', async () => {
  let away = true;
  const abandon = () => (away ? Promise.reject(new StorageUnavailableError('x')) : Promise.resolve());
  const { clock, node, abandoned } = start({ abandon });
  const tokens = node();
  await make(await tokens.callerOf(await issued(tokens)));
  await clock.advance(TTL_MS);
  expect(abandoned).toEqual([]);
  away = false;
  tokens.follow();
  await clock.advance(10_000);
  expect(abandoned).toEqual([SESSION]);
  await tokens[Symbol.asyncDispose]();
});

describe('the store', () => {
  it('is never asked for what no node has issued', async () => {
    const { node } = start();
    let asked = 0;
    const find = () => Promise.resolve(void (asked += 1));
    const tokens = node({ find });
    const token = await issued(tokens);
    const others = [token.slice(0, -1), `${token}0`, token.replace(/.$/, (last) => (last === '0' ? '1' : '0'))];
    for (const wrong of [...others, 'wat_', `wat_${'a'.repeat(44)}${'0'.repeat(24)}`, 'wak_x', '']) {
      expect(await tokens.callerOf(wrong)).toBeUndefined();
    }
    expect(asked).toBe(0);
    await tokens.callerOf(token);
    expect(asked).toBe(1);
  });

  it('that is away makes no token invalid', async () => {
    const { node } = start();
    const token = await issued(node());
    const away = node({ find: () => Promise.reject(new StorageUnavailableError('x')) });
    await expect(away.callerOf(token)).rejects.toThrow(StorageUnavailableError);
    expect(await node().callerOf(token)).toBeDefined();
  });
});
