import type { StorageBounds } from '../runtime/back-pressure.ts';
import type { SettingsInForce } from '../domain/setting-in-force.ts';
import { signingKeys } from '../webhooks/signature.ts';
import type { LogSettings } from '../kit/logger.ts';
import type { Secret } from '../kit/secret.ts';
import type { SessionSettings } from '../sessions/session-manager-deps.ts';
import type { TraceSettings } from '../tracing/settings.ts';
import type { WhatsAppSettings } from '../whatsapp/settings.ts';
import { type ClusterSettings, readCluster } from './cluster-settings.ts';
import { allowedHosts } from './allowed-hosts.ts';
import type { Environment, EnvironmentReader } from './environment.ts';
import { type HttpSettings, readHttp } from './http-settings.ts';
import { type MediaSettings, readMedia } from './media-settings.ts';
import { type NotificationSettings, readNotifications } from './notification-settings.ts';
import { RecordingReader } from './recording-reader.ts';
import { HOW_TO_MAKE, refuseWeak } from './weak-secret.ts';
import { readSink, type SinkConfig } from './sink-settings.ts';
import { type ProxySettings, readProxies } from './proxy-settings.ts';
import { readStorage, type StorageSettings } from './storage-settings.ts';
import { readTracing } from './trace-settings.ts';

/** All settings, validated and typed. `.env.example` documents each variable. */
export interface Config {
  mode: 'development' | 'production';
  http: HttpSettings;
  backend: BackendSettings;
  sessions: SessionSettings;
  bounds: StorageBounds;
  /** Every setting that was read, without secrets. */
  inForce: SettingsInForce;
  storage: StorageSettings;
  /** `null` for none. */
  sink: SinkConfig | null;
  /** `null` for a process on its own. */
  cluster: ClusterSettings | null;
  media: MediaSettings;
  whatsapp: WhatsAppSettings;
  proxies: ProxySettings;
  /** `null` for nowhere. */
  tracing: TraceSettings | null;
  /** `null` where nobody is notified. */
  notifications: NotificationSettings | null;
  /** Where to ask for the newest version; `null` for nowhere. */
  updateCheckUrl: string | null;
  log: LogSettings;
}

/** The main backend, and how callbacks are delivered to it. */
export interface BackendSettings {
  baseUrl: string;
  apiKey: Secret | null;
  timeoutMs: number;
  retries: number;
  poisonAfterMs: number;
  /** The key that signs callbacks; two, separated by a comma, while one replaces the other. */
  signingSecret: Secret | null;
  retentionMs: number;
  /** Hosts that other webhooks may be posted to although their addresses are private. */
  webhookAllowedHosts: string[];
}

/** Where the main backend is in development. */
export const PRESET_BACKEND = 'http://localhost:8000';

const HOUR_SECONDS = 3_600;
const MAX_CALL_TEXT = 4_096;
const MAX_DEVICE_NAME = 50;
/** Less would hardly hold the keys of a hundred accounts. */
const MIN_DATABASE_BYTES = 64 * 1024 * 1024;
const BOUNDS_SQLITE_ONLY =
  'DATABASE_MAX_SIZE bounds a SQLite file only: the disk and the tablespace of PostgreSQL are its operator’s.';

/**
 * Reads and validates the settings.
 * @throws ConfigError that tells of every invalid variable
 */
export function readConfig(environment: Environment): Config {
  const read = new RecordingReader(environment);
  const mode = read.oneOf('NODE_ENV', ['development', 'production', 'test'], 'development');
  const production = mode === 'production';
  const http = readHttp(read, production);
  const backend = readBackend(read, production);
  const sessions = readSessions(read, production);
  const storage = readStorage(read, production);
  const bounds = readBounds(read, storage);
  const config: Config = {
    mode: production ? 'production' : 'development',
    http,
    backend,
    sessions,
    bounds,
    inForce: read.inForce,
    storage,
    sink: readSink(read),
    cluster: readCluster(read, { host: http.host, databaseUrl: storage.databaseUrl, production }),
    media: readMedia(read),
    whatsapp: readWhatsApp(read),
    proxies: readProxies(read),
    tracing: readTracing(read),
    notifications: readNotifications(read, production),
    updateCheckUrl: read.url('UPDATE_CHECK_URL', ['http:', 'https:']) ?? null,
    log: {
      level: read.oneOf('LOG_LEVEL', ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], 'info'),
      format: read.oneOf('LOG_FORMAT', ['json', 'pretty'], process.stdout.isTTY ? 'pretty' : 'json'),
    },
  };
  read.check();
  return config;
}

/** Reads where the main backend is, and how callbacks are delivered to it. The caller checks the reader. */
export function readBackend(read: EnvironmentReader, production: boolean): BackendSettings {
  const baseUrl = read.url('BACKEND_BASE_URL', ['http:', 'https:']);
  if (baseUrl === undefined && production) {
    read.refuse(
      'BACKEND_BASE_URL',
      'BACKEND_BASE_URL is required in production: the address of your backend, such as https://api.example.com.',
    );
  }
  return {
    baseUrl: (baseUrl ?? PRESET_BACKEND).replace(/\/+$/, ''),
    apiKey: read.secret('PRODUCTION_API_KEY'),
    timeoutMs: read.integer('BACKEND_TIMEOUT', production ? 15_000 : 5_000, { min: 100, max: 600_000 }),
    retries: read.integer('BACKEND_RETRIES', production ? 5 : 2, { min: 0, max: 1_000 }),
    signingSecret: readSigningSecret(read, production),
    poisonAfterMs: read.seconds('CALLBACK_POISON_AFTER', HOUR_SECONDS, 1) * 1_000,
    retentionMs: read.seconds('CALLBACK_RETENTION', 72 * HOUR_SECONDS) * 1_000,
    webhookAllowedHosts: allowedHosts(read, 'WEBHOOK_ALLOWED_HOSTS'),
  };
}

function readSigningSecret(read: EnvironmentReader, production: boolean): Secret | null {
  const secret = read.secret('CALLBACK_SECRET');
  try {
    signingKeys(secret);
  } catch (cause) {
    const form = 'whsec_ followed by base64, or a text without that prefix';
    read.refuse('CALLBACK_SECRET', `CALLBACK_SECRET must be ${form}: ${HOW_TO_MAKE}.`, cause);
  }
  if (production) refuseWeak(read, 'CALLBACK_SECRET');
  return secret;
}

function readSessions(read: EnvironmentReader, production: boolean): SessionSettings {
  return {
    authDir: read.text('AUTH_DIR') ?? './auth_sessions',
    qrSessionTtlMs: read.seconds('QR_SESSION_TTL', 0) * 1_000,
    maxSessions: read.integer('MAX_SESSIONS', 0, { min: 0, max: 100_000 }),
    maxPendingSessions: read.integer('MAX_PENDING_SESSIONS', 100, { min: 1, max: 100_000 }),
    ...readPace(read, production),
    calls: readCalls(read),
    deliverOwnMessages: read.flag('CALLBACK_OWN_MESSAGES', false),
    historyDays: read.integer('HISTORY_DAYS', 0, { min: 0, max: 3_650 }),
    showMessages: read.flag('DASHBOARD_MESSAGES', false),
  };
}

function readCalls(read: EnvironmentReader): SessionSettings['calls'] {
  const reject = read.flag('REJECT_CALLS', false);
  const text = read.text('REJECT_CALLS_TEXT') ?? null;
  if (text !== null && !reject && !read.isRefused('REJECT_CALLS')) {
    read.refuse(
      'REJECT_CALLS_TEXT',
      'REJECT_CALLS_TEXT is sent to callers who are rejected: set REJECT_CALLS=true as well.',
    );
  }
  if (text !== null && text.length > MAX_CALL_TEXT) {
    read.refuse('REJECT_CALLS_TEXT', `REJECT_CALLS_TEXT must have at most ${MAX_CALL_TEXT} characters.`);
  }
  return { reject, text };
}

/** The limits at which sessions disconnect until there is room again. */
function readBounds(read: EnvironmentReader, { databaseUrl }: StorageSettings): StorageBounds {
  const maxDatabaseBytes = read.bytes('DATABASE_MAX_SIZE', 0, MIN_DATABASE_BYTES);
  if (maxDatabaseBytes > 0 && databaseUrl) read.refuse('DATABASE_MAX_SIZE', BOUNDS_SQLITE_ONLY);
  return {
    maxDatabaseBytes,
    maxPendingCallbacks: read.integer('MAX_PENDING_CALLBACKS', 1_000_000, { min: 0, max: 1_000_000_000 }),
    minFreeDiskBytes: read.integer('MIN_FREE_DISK', 100 * 1024 * 1024, { min: 0, max: Number.MAX_SAFE_INTEGER }),
  };
}

/**
 * Accounts that behave like machines get banned; in development, messages reach nobody. Limits of an hour, a day and new conversations
 * would refuse the order confirmations of a busy shop, so they are set by whoever wants them.
 */
function readPace(
  read: EnvironmentReader,
  production: boolean,
): Pick<SessionSettings, 'pace' | 'newConversationsPerDay' | 'warmUp' | 'slowdown' | 'simulateTyping'> {
  const bounds = { min: 0, max: 1_000_000 };
  return {
    pace: {
      perMinute: read.integer('SEND_RATE', production ? 20 : 0, bounds),
      burst: read.integer('SEND_BURST', 5, { min: 1, max: 10_000 }),
      perHour: read.integer('SEND_RATE_HOUR', 0, bounds),
      perDay: read.integer('SEND_RATE_DAY', 0, bounds),
    },
    simulateTyping: read.flag('SIMULATE_TYPING', false),
    newConversationsPerDay: read.integer('NEW_CONVERSATIONS_DAY', 0, bounds),
    warmUp: read.flag('WARM_UP', false),
    slowdown: read.oneOf('SEND_SLOWDOWN', ['off', 'auto'], 'off'),
  };
}

function readWhatsApp(read: EnvironmentReader): WhatsAppSettings {
  const wsUrl = read.url('WHATSAPP_WS_URL', ['ws:', 'wss:']);
  const rootKey = read.matching('WHATSAPP_ROOT_KEY', /^[0-9a-f]{64}$/i, 'the 64 hex digits of a 32-byte key');
  const version = read.matching('WHATSAPP_VERSION', /^\d+\.\d+\.\d+$/, 'a version of the form 2.3000.x');
  const deviceName = read.text('DEVICE_NAME');
  if (deviceName !== undefined && deviceName.length > MAX_DEVICE_NAME) {
    read.refuse('DEVICE_NAME', `DEVICE_NAME must have at most ${MAX_DEVICE_NAME} characters.`);
  }
  return {
    ...(deviceName !== undefined && { deviceName }),
    ...(wsUrl !== undefined && { wsUrl }),
    ...(rootKey !== undefined && { rootKey: Buffer.from(rootKey, 'hex') }),
    ...(version !== undefined && { version: version.split('.').map(Number) as [number, number, number] }),
  };
}
