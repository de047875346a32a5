import type { PhoneNumber } from '../domain/address.ts';
import type { AccountIdentity } from '../domain/session.ts';
import type { Clock } from '../kit/clock.ts';
import type { Logger } from '../kit/logger.ts';
import type { Random } from '../kit/random.ts';
import type { Semaphore } from '../kit/semaphore.ts';
import type { Supervisor } from '../kit/supervisor.ts';
import type { FurtherEvents } from '../ports/callbacks.ts';
import type { Connector } from '../ports/connection.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { SessionFolders, SessionStore } from '../ports/storage.ts';
import type { NewsTeller } from './account-news.ts';
import type { CallRejection } from './call-rejection.ts';
import type { Inbound } from './inbound.ts';
import type { JoinRequests } from './join-requests.ts';
import type { Outbound } from './outbound.ts';
import type { SendPace } from './sending/send-pace.ts';
import type { Typing } from './sending/typing.ts';
import type { SessionEvents } from './session-events.ts';

/** Dependencies of a session. */
export interface SessionDeps {
  store: SessionStore;
  connector: Connector;
  /** The places for connections of the process that open at the same time: for logins, and for those that link a device. */
  connecting: { logins: Semaphore; pairings: Semaphore };
  inbound: Inbound;
  furtherEvents: FurtherEvents;
  joinRequests: JoinRequests;
  outbound: Outbound;
  folders: SessionFolders;
  pace: SendPace;
  typing: Typing;
  calls: CallRejection;
  metrics: Metrics;
  sessionEvents: SessionEvents;
  news: NewsTeller;
  clock: Clock;
  random: Random;
  supervisor: Supervisor;
  log: Logger;
  authDir: string;
  /**
   * Hands the device of this session to the one that the account has, or else runs `announce`. Returns whether this session is
   * gone: see {@link Relinks.settle}.
   */
  settle: (identity: AccountIdentity, announce?: (isReturning: boolean) => Promise<void>) => Promise<boolean>;
  /** The number that a new session pairs with by code; undefined for one that shows a QR, and for one that was stored. */
  codeFor: PhoneNumber | undefined;
  /** Removes this session, whose code linked no device. */
  over: (why: string) => Promise<unknown>;
}
