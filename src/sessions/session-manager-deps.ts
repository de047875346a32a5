import type { SessionId } from '../domain/session-id.ts';
import type { PairingCode, QrCode } from '../domain/session.ts';
import type { Clock } from '../kit/clock.ts';
import type { Logger } from '../kit/logger.ts';
import type { Random } from '../kit/random.ts';
import type { Secret } from '../kit/secret.ts';
import type { Admission } from '../ports/admission.ts';
import type { FurtherEvents } from '../ports/callbacks.ts';
import type { Connector } from '../ports/connection.ts';
import type { HistoryStore } from '../ports/history.ts';
import type { JoinRequestStore } from '../ports/join-requests.ts';
import type { LabelStore } from '../ports/labels.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { Placement } from '../ports/ownership.ts';
import type { ScheduledMessageStore } from '../ports/scheduled.ts';
import type {
  AccountIdStore,
  AwaitedNumberStore,
  ConversationStore,
  PollVoteStore,
  ContactNameStore,
  RefusalStore,
  SentMessageStore,
  SessionFolders,
  SessionStore,
  TimelineStore,
} from '../ports/storage.ts';
import type { CallSettings } from './call-rejection.ts';
import type { HistoryDays } from './history/history-days.ts';
import type { MediaDownloader } from './media/media-downloader.ts';
import type { PaceLimits } from './sending/send-pace.ts';
import type { SlowdownMode } from './sending/slowdown.ts';

/** The settings of sessions. */
export interface SessionSettings {
  /** `AUTH_DIR` as configured. */
  authDir: string;
  /** `QR_SESSION_TTL` in ms; 0 is no limit. */
  qrSessionTtlMs: number;
  /** `MAX_SESSIONS`, whatever their status; 0 is no limit. */
  maxSessions: number;
  /** `MAX_PENDING_SESSIONS`. */
  maxPendingSessions: number;
  /** How many messages a session may send, and how fast. */
  pace: PaceLimits;
  /** `SIMULATE_TYPING`. */
  simulateTyping: boolean;
  /** `NEW_CONVERSATIONS_DAY`, per session; 0 is no limit. */
  newConversationsPerDay: number;
  /** `WARM_UP`: whether new sessions begin fewer conversations. */
  warmUp: boolean;
  /** `SEND_SLOWDOWN`. */
  slowdown: SlowdownMode;
  /** Which calls are rejected without being asked to. */
  calls: CallSettings;
  /** `CALLBACK_OWN_MESSAGES`. */
  deliverOwnMessages: boolean;
  /** `HISTORY_DAYS`: for how long messages are kept; 0 keeps none. */
  historyDays: number;
  /** `DASHBOARD_MESSAGES`: whether recent messages are kept and shown. */
  showMessages: boolean;
}

/** The dependencies of the session manager. */
export interface SessionManagerDeps {
  settings: SessionSettings;
  store: SessionStore;
  sentMessages: SentMessageStore;
  scheduledMessages: ScheduledMessageStore;
  conversations: ConversationStore;
  refusals: RefusalStore;
  pollVotes: PollVoteStore;
  contactNames: ContactNameStore;
  awaitedNumbers: AwaitedNumberStore;
  labels: LabelStore;
  joinRequests: JoinRequestStore;
  history: HistoryStore;
  historyDays: HistoryDays;
  timeline: TimelineStore;
  accountIds: AccountIdStore;
  folders: SessionFolders;
  placement: Placement;
  /** Whether other nodes run some of the stored sessions. */
  isShared: boolean;
  connector: Connector;
  admission: Pick<Admission, 'check'>;
  /** Refuses a proxy that a caller may not choose. @throws AppError `url_not_allowed` */
  checkProxy: (url: Secret) => void;
  media: MediaDownloader;
  /** Where events go that only further webhooks receive. */
  furtherEvents: FurtherEvents;
  metrics: Metrics;
  clock: Clock;
  random: Random;
  log: Logger;
}

/** A new session and its first QR. */
export interface QrOffer {
  sessionId: SessionId;
  qr: QrCode;
}

/** A new session and its pairing code. */
export interface CodeOffer {
  sessionId: SessionId;
  code: PairingCode;
}
