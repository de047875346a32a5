import { Semaphore } from '../kit/semaphore.ts';
import type { Supervisor } from '../kit/supervisor.ts';
import type { IncomingMessage } from '../domain/message.ts';
import type { SessionId } from '../domain/session-id.ts';
import type { SessionProfile } from '../domain/session-profile.ts';
import { NewsTeller } from './account-news.ts';
import type { HistoryKeeper } from './history/history-keeper.ts';
import { Inbound } from './inbound.ts';
import { JoinRequests } from './join-requests.ts';
import { MAX_LOGINS } from './login-room.ts';
import type { Outbound } from './outbound.ts';
import { ProfiledEvents } from './profiled-events.ts';
import type { SessionDeps } from './session-deps.ts';
import type { SessionEvents } from './session-events.ts';
import type { SessionManagerDeps } from './session-manager-deps.ts';

/** How many sessions fetch their first code at once, for which somebody waits. */
const MAX_PAIRINGS = 8;

/** What all sessions of a process are built on. */
export type SharedDeps = Omit<SessionDeps, 'pace' | 'typing' | 'calls' | 'settle' | 'codeFor' | 'over'>;

/** What the process has for its sessions. */
interface Parts {
  history: HistoryKeeper;
  outbound: Outbound;
  sessionEvents: SessionEvents;
  supervisor: Supervisor;
  profileOf: (sessionId: SessionId) => SessionProfile | undefined;
  /** Called with each message that arrives. */
  onNewMessage: (sessionId: SessionId, message: IncomingMessage) => void;
}

/** Makes what all sessions of a process are built on. */
export function sharedDeps(deps: SessionManagerDeps, parts: Parts): SharedDeps {
  const { settings, store, connector, media, metrics, clock, random, log, folders } = deps;
  const { pollVotes, awaitedNumbers, contactNames } = deps;
  const { history, outbound, sessionEvents, supervisor, profileOf, onNewMessage } = parts;
  const furtherEvents = new ProfiledEvents(deps.furtherEvents, profileOf);
  const inbound = new Inbound({
    ...{ store, pollVotes, awaitedNumbers, contactNames, furtherEvents, history, media, metrics, clock, log },
    ...{ deliverOwnMessages: settings.deliverOwnMessages, onNewMessage },
  });
  return {
    ...{ store, connector, metrics, clock, random, log, inbound, folders, sessionEvents },
    news: new NewsTeller({ labels: deps.labels, connector, furtherEvents, supervisor, clock }),
    joinRequests: new JoinRequests(deps.joinRequests),
    ...{ furtherEvents, outbound, supervisor, authDir: settings.authDir },
    connecting: { logins: new Semaphore(MAX_LOGINS), pairings: new Semaphore(MAX_PAIRINGS) },
  };
}
