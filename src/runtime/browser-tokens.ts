import type { SessionId } from '../domain/session-id.ts';
import { type ApiKeys, BrowserTokens, endUnlinked, TokensInMemory } from '../http/server.ts';
import type { Clock } from '../kit/clock.ts';
import type { Logger } from '../kit/logger.ts';
import type { Random } from '../kit/random.ts';
import type { BrowserTokenStore } from '../ports/browser-tokens.ts';
import type { SessionManager } from '../sessions/session-manager.ts';

/** The dependencies of {@link createTokens}. */
export interface TokenDeps {
  sessions: Pick<SessionManager, 'view' | 'remove'>;
  keys: ApiKeys;
  /** That of all nodes; without it, this process keeps its tokens in memory. */
  store: BrowserTokenStore | undefined;
}

/** Tokens of pages, which leave no session behind that waits for a scan for ever. */
export function createTokens(
  { clock, random, log }: { clock: Clock; random: Random; log: Logger },
  { sessions, keys, store = new TokensInMemory(clock) }: TokenDeps,
): BrowserTokens {
  const abandon = (made: SessionId) => endUnlinked(sessions, made);
  const sign = (text: string) => keys.sign(text);
  return new BrowserTokens({ store, sign, clock, random, log: log.child({ part: 'tokens' }), abandon });
}
