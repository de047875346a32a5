import { type Response } from 'express';
import { type PhoneNumber } from '../domain/address.ts';
import { type CallbackArchive, type CallbackCounts } from '../ports/callbacks.ts';
import { type ConnectionActions } from '../ports/connection-actions.ts';
import { type MediaFile } from '../ports/media.ts';
import { type OutgoingMessage } from '../domain/outgoing.ts';
import { type PairingCode, type QrCode, type SessionStatus } from '../domain/session.ts';
import { type SessionId } from '../domain/session-id.ts';
import { type SessionListener } from '../sessions/session-events.ts';
import { type SendResult } from '../sessions/outbound.ts';
import { type RecentMessage } from '../sessions/recent-messages.ts';
import { type SessionView } from './views/session-view.ts';
import { type TimelineEntry } from './views/timeline-entry.ts';
import { type ApiKeys } from './access/api-keys.ts';
import { type BrowserTokens } from './access/browser-tokens.ts';
import { type Caller } from './access/caller.ts';
import { type OpenApiDocument } from './reference/openapi.ts';

/** What the routes ask of the sessions. Refusals are `AppError`s with the codes named here. */
export interface SessionsApi {
  /**
   * Makes a session and waits for WhatsApp's first code.
   * @throws AppError `qr_timeout` (nothing is left behind), `overloaded`, `too_many_sessions`, `too_many_pending_sessions`
   */
  generateQr(): Promise<{ sessionId: SessionId; qr: QrCode }>;
  /**
   * Makes a session and waits for WhatsApp to take a code, which is then to be typed into the phone of this number.
   * @throws AppError `pairing_refused`, `rate_limited`, `whatsapp_timeout` (nothing is left behind),
   *   `overloaded`, `too_many_sessions`, `too_many_pending_sessions`
   */
  pairByCode(number: PhoneNumber): Promise<{ sessionId: SessionId; code: PairingCode }>;
  list(): SessionView[];
  /** @throws AppError `session_not_found` */
  view(id: SessionId): SessionView;
  /** What happened to it, the oldest first. @throws AppError `session_not_found` */
  timeline(id: SessionId): Promise<TimelineEntry[]>;
  /**
   * The code that can be scanned now.
   * @throws AppError `session_not_found`, `session_not_pairing`
   */
  currentQr(id: SessionId): Promise<QrCode>;
  /**
   * The code that can be typed now.
   * @throws AppError `session_not_found`, `session_not_pairing`
   */
  currentPairingCode(id: SessionId): Promise<PairingCode>;
  /**
   * Sends a message and waits for WhatsApp's word on it, or gives up waiting and answers `pending`. The log names the
   * request.
   * @throws AppError `session_not_found`, `session_not_connected`, `number_not_on_whatsapp`, `group_not_found`,
   *   `message_not_found`, `message_not_suitable`, `message_not_sent`, `account_restricted`, `message_refused`,
   *   `rate_limited`, `whatsapp_timeout`
   */
  send(id: SessionId, message: OutgoingMessage, requestId: string): Promise<SendResult>;
  /**
   * What can be asked on the session's line; waits a little for one that is just being repaired.
   * @throws AppError `session_not_found`, `session_not_connected`
   */
  connection(id: SessionId): Promise<ConnectionActions>;
  /**
   * Closes the line and opens it again with the same credentials.
   * @throws AppError `session_not_found`, `session_logged_out`, `session_not_connected`
   */
  restart(id: SessionId): Promise<SessionView>;
  /** @throws AppError `session_not_found` */
  remove(id: SessionId): Promise<void>;
  /** The last messages, the newest last. @throws AppError `session_not_found`, `messages_not_kept` */
  recentMessages(id: SessionId, limit: number): RecentMessage[];
  /** Tells of what happens to the sessions, until the function that it answers is called. */
  watch(listener: SessionListener): () => void;
  /** How many sessions there are in each status. */
  counts(): Record<SessionStatus, number>;
}

/** The files of messages. */
export interface MediaApi {
  /** The file when it is on the disk. */
  stored(id: SessionId, messageId: string): Promise<MediaFile | undefined>;
  /**
   * The file, fetched where need be.
   * @throws AppError `message_not_found`, `media_not_available`, `media_expired`, `media_too_large`, `media_not_fetched`,
   *   `whatsapp_timeout`, `storage_unavailable`
   */
  fetched(id: SessionId, messageId: string): Promise<MediaFile>;
}

/** The settings that can be changed while the server runs, and outlive it. */
export interface SettingsApi {
  downloadMedia(): boolean;
  setDownloadMedia(enabled: boolean): Promise<void>;
}

/** The keys for callers. */
type KeysApi = Pick<ApiKeys, 'create' | 'list' | 'revoke' | 'callerOf'>;

/** The tokens for pages. */
type TokensApi = Pick<BrowserTokens, 'give' | 'endOf' | 'callerOf'>;

/** The master key of the storage. */
interface MasterKeyApi {
  /**
   * Has the storage open with another master key; answers how many data keys were wrapped anew.
   * @throws AppError `storage_not_encrypted`, `wrong_master_key`
   */
  change(sealed: string): Promise<number>;
}

/** Whether the main backend takes callbacks: `unknown` until the first one was tried. */
export type BackendState = 'unknown' | 'up' | 'down';

/** What `GET /health` tells beside the sessions. */
export interface HealthReport {
  /** Whether the process does its work; `false` makes the answer a 503. */
  ok: boolean;
  /** Sentences for a person, shown to anybody who asks: never a secret. */
  problems: string[];
  uptimeSeconds: number;
  version: string;
  backend: BackendState;
  callbacks: CallbackCounts;
}

/** How the parts around the sessions are. */
export interface HealthApi {
  report(): Promise<HealthReport>;
  /** Whether everything has begun to work; before, the server answers, but nothing is delivered or connected yet. */
  readonly hasStarted: boolean;
}

/** What is counted. */
interface MetricsApi {
  /** In the form that Prometheus reads. */
  text(): Promise<string>;
  /** The media type of that. */
  contentType: string;
}

/** The reference of the REST interface and the callbacks. */
export interface ReferenceApi {
  document(): OpenApiDocument;
  /** The same as a page of HTML that needs nothing else. */
  page(): string;
}

/** What happens, while it happens. */
interface LiveApi {
  /**
   * Answers with live events for as long as the caller listens, and may.
   * @throws AppError `too_many_streams`, `shutting_down`
   */
  follow(caller: Caller, res: Response): Promise<void>;
}

/** All that the routes call. */
export interface Core {
  keys: KeysApi;
  tokens: TokensApi;
  masterKey: MasterKeyApi;
  sessions: SessionsApi;
  media: MediaApi;
  settings: SettingsApi;
  health: HealthApi;
  metrics: MetricsApi;
  live: LiveApi;
  callbacks: CallbackArchive;
  reference: ReferenceApi;
}
