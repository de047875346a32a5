import type { WarmUpChoice } from './warm-up.ts';

/** A value of {@link SessionProfile.metadata}. */
export type MetadataValue = string | number | boolean | null;

/** What the caller says of a session; none of it means anything to WhatsApp, except for the name of the device. */
export interface SessionProfile {
  /** For people; `null` without one. */
  name: string | null;
  /** To find it by. */
  labels: readonly string[];
  /** For the caller's own use. */
  metadata: Readonly<Record<string, MetadataValue>>;
  /** What the phone shows among its linked devices; `null` for the usual name. */
  deviceName: string | null;
  /** The proxy of its connections as it may be shown, without its credentials; `null` without one of its own. */
  proxy: string | null;
  /** How it begins conversations while it is new; `null` for the server's `WARM_UP`. */
  warmUp: WarmUpChoice | null;
}

/** That of a session of which nothing was said. */
export const NO_PROFILE: SessionProfile = {
  ...{ name: null, labels: [], metadata: {}, deviceName: null },
  ...{ proxy: null, warmUp: null },
};

/** What events tell of a session, where something was said of it. */
export interface SessionSummary {
  session_name: string | null;
  session_labels: readonly string[];
  session_metadata: Readonly<Record<string, MetadataValue>>;
}

/** What an event tells of its session; `undefined` when nothing was said of it: its body stays as it is. */
export function summaryOf({ name, labels, metadata }: SessionProfile = NO_PROFILE): SessionSummary | undefined {
  if (name === null && labels.length === 0 && Object.keys(metadata).length === 0) return undefined;
  return { session_name: name, session_labels: labels, session_metadata: metadata };
}

/** The events whose bodies have exactly the fields of the seed for the main backend (contract 2). */
const EXACT: ReadonlySet<string> = new Set(['new-session-connected', 'status-update', 'qr-update']);

/** How that begins in the JSON of a body. Within a text, its quotes would be escaped. */
const BEGINNING = ',"session_name":';

/** The JSON of a body as the main backend receives it. */
export function bodyForBackend(kind: string, body: string): string {
  // None of these bodies has objects in it, so the first one is that of what is told of the session, which comes last.
  const at = EXACT.has(kind) ? body.indexOf(BEGINNING) : -1;
  return at === -1 ? body : `${body.slice(0, at)}}`;
}

/** What the JSON of a body tells of its session, for receivers besides the main backend. */
export function sessionIn(body: string): Pick<SessionProfile, 'name' | 'labels' | 'metadata'> {
  const told = body.includes(BEGINNING) ? (JSON.parse(body) as Partial<SessionSummary>) : {};
  const { session_name: name = null, session_labels: labels = [], session_metadata: metadata = {} } = told;
  return { name, labels, metadata };
}

/** The profile of a session that goes on with the device of another one: its own, and where nothing was said the other's. */
export function mergedProfile(own: SessionProfile = NO_PROFILE, other: SessionProfile = NO_PROFILE): SessionProfile {
  return {
    name: own.name ?? other.name,
    labels: own.labels.length > 0 ? own.labels : other.labels,
    metadata: Object.keys(own.metadata).length > 0 ? own.metadata : other.metadata,
    deviceName: own.deviceName ?? other.deviceName,
    proxy: own.proxy ?? other.proxy,
    warmUp: own.warmUp ?? other.warmUp,
  };
}
