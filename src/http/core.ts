import type { Response } from 'express';
import type { AuditEntry, AuditFilter, ChainCheck, StoredAuditEntry } from '../domain/audit.ts';
import type { PhoneNumber } from '../domain/address.ts';
import type { OutgoingMessage } from '../domain/outgoing.ts';
import type { SessionRisk } from '../domain/risk.ts';
import type { SessionId } from '../domain/session-id.ts';
import type { PairingCode, QrCode, SessionRecord, SessionStatus } from '../domain/session.ts';
import type { NamedPerson } from '../domain/person.ts';
import type { ContactPage } from '../ports/storage.ts';
import type { SettingsInForce } from '../domain/setting-in-force.ts';
import type { TimelineNote } from '../domain/timeline.ts';
import type { AuditPage } from '../ports/audit.ts';
import type { CallbackArchive, CallbackCounts } from '../ports/callbacks.ts';
import type { ConnectionActions } from '../ports/connection-actions.ts';
import type { SinkBacklog } from '../ports/sink.ts';
import type { SubscriptionHealth, Subscriptions } from '../ports/subscriptions.ts';
import type { MediaFile } from '../ports/media.ts';
import type { Scheduler } from '../sessions/scheduled/scheduler.ts';
import type { SendResult } from '../sessions/outbound.ts';
import type { ForgetPerson } from '../sessions/history/forget-person.ts';
import type { SessionHistory } from '../sessions/history/session-history.ts';
import type { SessionLabels } from '../sessions/labels.ts';
import type { RecentMessage } from '../sessions/recent-messages.ts';
import type { PasskeyLinking } from '../sessions/state/passkey-linking.ts';
import type { SessionChanges } from '../sessions/state/session-control.ts';
import type { SessionListener } from '../sessions/session-events.ts';
import type { ApiKeys } from './access/api-keys.ts';
import type { BrowserTokens } from './access/browser-tokens.ts';
import type { Caller } from './access/caller.ts';
import type { Drafts } from './drafts.ts';
import type { OpenApiDocument } from './reference/openapi.ts';
import type { FixedContent } from './responses/fixed-content.ts';
import type { SessionView } from './views/session-view.ts';

/** The sessions, for the routes. Everything is asynchronous, so that other nodes can run some of the sessions. */
export interface SessionsApi {
  /**
   * Creates a session and waits for WhatsApp's first QR.
   * @throws AppError `qr_timeout` (the session is removed), `overloaded`, `too_many_sessions`, `too_many_pending_sessions`
   */
  generateQr(spec?: SessionChanges): Promise<{ sessionId: SessionId; qr: QrCode }>;
  /**
   * Creates a session and waits until WhatsApp accepts a pairing code, to be typed into the phone with this number.
   * @throws AppError `pairing_refused`, `rate_limited`, `whatsapp_timeout` (the session is removed),
   *   `overloaded`, `too_many_sessions`, `too_many_pending_sessions`
   */
  pairByCode(number: PhoneNumber): Promise<{ sessionId: SessionId; code: PairingCode }>;
  /**
   * Creates a session, whose QR follows.
   * @throws AppError `overloaded`, `too_many_sessions`, `too_many_pending_sessions`, `url_not_allowed`
   */
  createSession(spec: SessionChanges): Promise<SessionRecord>;
  /** Changes what is said of a session. @throws AppError `session_not_found`, `url_not_allowed` */
  change(id: SessionId, changes: SessionChanges): Promise<SessionRecord>;
  /** Closes its connection until somebody starts it. @throws AppError `session_not_found`, `session_not_connected` */
  stop(id: SessionId): Promise<SessionRecord>;
  /** Connects a session that was stopped. @throws AppError `session_not_found`, `session_logged_out` */
  start(id: SessionId): Promise<SessionRecord>;
  /**
   * Offers a QR for the account of a session that was logged out.
   * @throws AppError `session_not_found`, `session_linked`, `session_not_pairing`, `overloaded`, `too_many_pending_sessions`
   */
  relink(id: SessionId): Promise<SessionRecord>;
  /**
   * The same by a code for its number, which WhatsApp has accepted.
   * @throws AppError as {@link relink}; `invalid_number`, `pairing_refused`, `rate_limited`, `whatsapp_timeout`
   */
  relinkByCode(id: SessionId, number: PhoneNumber): Promise<{ record: SessionRecord; code: PairingCode }>;
  /** The id of the session that an id stands for: an account that is linked again keeps its first one. */
  resolve(id: SessionId): Promise<SessionId>;
  /** All sessions, the oldest first. */
  list(): Promise<SessionRecord[]>;
  /** Those that run in this process. */
  own(): SessionRecord[];
  /** One session. @throws AppError `session_not_found` */
  view(id: SessionId): Promise<SessionRecord>;
  /** The people whose names a session knows. @throws AppError `session_not_found` */
  contacts(id: SessionId, page: ContactPage): Promise<NamedPerson[]>;
  /** The session's history, the oldest first. @throws AppError `session_not_found` */
  timeline(id: SessionId): Promise<TimelineNote[]>;
  /** What WhatsApp may judge the session by. @throws AppError `session_not_found` */
  risk(id: SessionId): Promise<SessionRisk>;
  /**
   * The QR that is valid now.
   * @throws AppError `session_not_found`, `session_not_pairing`
   */
  currentQr(id: SessionId): Promise<QrCode>;
  /**
   * The pairing code that is valid now.
   * @throws AppError `session_not_found`, `session_not_pairing`
   */
  currentPairingCode(id: SessionId): Promise<PairingCode>;
  /** The passkey that WhatsApp may want to link the session's device. @throws AppError `session_not_found` */
  passkey(id: SessionId): Promise<PasskeyApi>;
  /**
   * Sends a message and waits for WhatsApp's acknowledgement; the status is `pending` when none comes in time. The request id
   * is logged.
   * @throws AppError `session_not_found`, `session_not_connected`, `number_not_on_whatsapp`, `group_not_found`,
   *   `message_not_found`, `message_not_suitable`, `message_not_sent`, `account_restricted`, `message_refused`,
   *   `rate_limited`, `whatsapp_timeout`
   */
  send(id: SessionId, message: OutgoingMessage, requestId: string): Promise<SendResult>;
  /**
   * The session's open connection. Waits briefly while one is being re-established.
   * @throws AppError `session_not_found`, `session_not_connected`
   */
  connection(id: SessionId): Promise<ConnectionActions>;
  /**
   * Closes the connection and opens a new one with the same credentials.
   * @throws AppError `session_not_found`, `session_logged_out`, `session_not_connected`
   */
  restart(id: SessionId): Promise<SessionRecord>;
  /** Unlinks and removes a session. @throws AppError `session_not_found` */
  remove(id: SessionId): Promise<void>;
  /** The session's latest messages, the newest last. @throws AppError `session_not_found`, `messages_not_kept` */
  recentMessages(id: SessionId, limit: number): Promise<RecentMessage[]>;
  /** Calls `listener` with every session event, until the returned function is called. */
  watch(listener: SessionListener): () => void;
  /** The number of sessions in each status. */
  counts(): Promise<Record<SessionStatus, number>>;
}

/** The passkey of one pairing. */
export type PasskeyApi = Pick<PasskeyLinking, 'current' | 'answer' | 'compared'>;

/** The files of messages. */
export interface MediaApi {
  /** The file, if it is stored. @throws AppError `media_store_unavailable` */
  stored(id: SessionId, messageId: string): Promise<MediaFile | undefined>;
  /**
   * The file, downloaded from WhatsApp if necessary.
   * @throws AppError `message_not_found`, `media_not_available`, `media_expired`, `media_too_large`, `media_not_fetched`,
   *   `whatsapp_timeout`, `storage_unavailable`, `media_store_unavailable`
   */
  fetched(id: SessionId, messageId: string): Promise<MediaFile>;
}

/** The messages that sessions keep. */
type HistoryApi = Pick<SessionHistory, keyof SessionHistory>;

/** The labels of WhatsApp Business. */
type LabelsApi = Pick<SessionLabels, keyof SessionLabels>;

/** Settings that can be changed at run time; they survive a restart. */
export interface SettingsApi {
  downloadMedia(): boolean;
  setDownloadMedia(enabled: boolean): Promise<void>;
}

/** What is stored of a person. */
type PeopleApi = Pick<ForgetPerson, 'in' | 'everywhere'>;

type ScheduledApi = Pick<Scheduler, 'schedule' | 'list' | 'find' | 'cancel'>;

type KeysApi = Pick<ApiKeys, 'create' | 'list' | 'revoke' | 'callerOf'>;

type TokensApi = Pick<BrowserTokens, 'issue' | 'revokeIssuedBy' | 'callerOf'>;

/** The audit log. */
export interface AuditApi {
  /** Records a request; never throws, and nobody waits for it. */
  record(entry: AuditEntry): void;
  /** The entries that match. */
  list(filter: AuditFilter, page: AuditPage): Promise<StoredAuditEntry[]>;
  /** Reads the whole log, and says of each chain whether it holds. */
  verify(): Promise<ChainCheck[]>;
}

/** The master key of the storage. */
interface MasterKeyApi {
  /**
   * Replaces the master key. Returns the number of data keys that were rewrapped.
   * @throws AppError `storage_not_encrypted`, `wrong_master_key`
   */
  change(sealed: string): Promise<number>;
}

/** Whether the main backend accepts callbacks: `unknown` until the first delivery attempt. */
export type BackendState = 'unknown' | 'up' | 'down';

/** What `GET /health` reports besides the sessions. */
export interface HealthReport {
  /** Whether the process can do its work; `false` makes the response a 503. */
  ok: boolean;
  /** Human-readable sentences. Visible without a key, so they never contain secrets. */
  problems: string[];
  uptimeSeconds: number;
  version: string;
  backend: BackendState;
  callbacks: CallbackCounts;
  /** How the receivers besides the main backend are doing. */
  webhooks: readonly SubscriptionHealth[];
  /** What waits for the operator's own table; `null` without one. */
  sink: SinkBacklog | null;
}

/** A node of the cluster, as the one that is asked knows it. */
interface NodeHealth {
  nodeId: string;
  version: string;
  /** How many sessions it runs. */
  sessions: number;
  /** It hands over what it has, and ends. */
  draining: boolean;
  /** It has missed several beats, or was taken for dead after that. */
  lost: boolean;
  /** Since its latest beat that is known of. */
  secondsSinceBeat: number;
}

/** What the node that is asked knows of its cluster. */
export interface ClusterHealth {
  /** The node that answers. */
  nodeId: string;
  /** Since the database last answered who lives; `null` before it first did. */
  secondsSinceLook: number | null;
  /** How many sessions no living node owns; `null` while that is not known. */
  unowned: number | null;
  nodes: NodeHealth[];
}

/** The health of everything except the sessions. */
export interface HealthApi {
  report(): Promise<HealthReport>;
  /** `null` for a process on its own. Asks nobody. */
  readonly cluster?: ClusterHealth | null;
  /** Whether start-up is complete. Until then requests are answered, but nothing is delivered or connected. */
  readonly hasStarted: boolean;
}

interface MetricsApi {
  /** The metrics in Prometheus' text format. */
  text(): Promise<string>;
  /** The media type of {@link text}. */
  contentType: string;
}

/** The reference documentation of the REST API and the callbacks. */
export interface ReferenceApi {
  document(): OpenApiDocument;
  /** The same in JSON. */
  json(): FixedContent;
  /** The same as a self-contained HTML page. */
  page(): FixedContent;
}

/** How a test notification ended on one channel. */
export interface NotificationTest {
  channel: 'webhook' | 'email' | 'ntfy';
  isAccepted: boolean;
  status: number | null;
  error: string | null;
  durationMs: number;
}

/** What tells the operator when something needs attention. */
export interface NotificationsApi {
  /** Sends a test on every channel, one attempt each. */
  test(): Promise<NotificationTest[]>;
}

/** Whether there is a newer version. */
export interface UpdatesApi {
  /** The newer version, as far as is known; `null` if there is none, and where nobody looks for one. */
  readonly newerVersion: string | null;
}

interface LiveApi {
  /**
   * Streams live events until the caller disconnects or loses access.
   * @throws AppError `too_many_streams`, `shutting_down`
   */
  follow(caller: Caller, res: Response): Promise<void>;
}

/** Everything that the routes call. */
export interface Core {
  keys: KeysApi;
  tokens: TokensApi;
  audit: AuditApi;
  /** What waits for a person's approval. */
  drafts: Drafts;
  masterKey: MasterKeyApi;
  /** Copies of the database, made while it is in use; `null` where the database has tools of its own. */
  backup: { create(): Promise<string> } | null;
  sessions: SessionsApi;
  media: MediaApi;
  history: HistoryApi;
  labels: LabelsApi;
  people: PeopleApi;
  /** Messages to be sent later. */
  scheduled: ScheduledApi;
  settings: SettingsApi;
  /** The settings that the process was started with, without secrets. */
  inForce: SettingsInForce;
  health: HealthApi;
  metrics: MetricsApi;
  live: LiveApi;
  notifications: NotificationsApi;
  updates: UpdatesApi;
  callbacks: CallbackArchive;
  /** Receivers besides the main backend. */
  webhooks: Subscriptions;
  /** A new signing secret of a webhook. */
  newSecret: () => string;
  reference: ReferenceApi;
  /** The node that has the session: this one, or `null` while it is not here; `undefined` for a process on its own. */
  nodeOf: (id: SessionId) => string | null | undefined;
  /** A session in its REST form, as of now. */
  sessionView: (record: SessionRecord) => SessionView;
}
