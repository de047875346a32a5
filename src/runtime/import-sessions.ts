import { AppError } from '../domain/errors.ts';
import { NO_PROFILE } from '../domain/session-profile.ts';
import { parseSessionId, type SessionId } from '../domain/session-id.ts';
import { newRecord, type SessionRecord } from '../domain/session.ts';
import type { Clock } from '../kit/clock.ts';
import { type ForeignSession, type ForeignStore, UnusableSessionError } from '../ports/foreign-store.ts';
import type { KeyChange, SignalKeyStore } from '../ports/signal.ts';
import type { SessionFolders, SessionLimits, SessionStore } from '../ports/storage.ts';
import { checkCredentials, type CheckedCredentials } from '../whatsapp/pairing/foreign-credentials.ts';
import { checkKey } from '../whatsapp/pairing/foreign-keys.ts';

/** Dependencies of {@link importSessions}. */
export interface ImportDeps {
  sessions: Pick<SessionStore, 'all' | 'create'>;
  keys: SignalKeyStore;
  folders: Pick<SessionFolders, 'create'>;
  limits: SessionLimits;
  clock: Clock;
}

/** Which sessions are imported, and whether anything is stored. */
export interface ImportOptions {
  /** The names of those to import; `undefined` for all. */
  only: readonly string[] | undefined;
  isDryRun: boolean;
}

/** How many of a session's keys can be used. */
interface KeyCounts {
  usable: number;
  /** Baileys begins anew with whom they belong to. */
  damaged: number;
}

/** What became of one session of the other program. */
export type Outcome = { name: string } & (
  | { what: 'imported'; sessionId: SessionId; number: string; counts: KeyCounts }
  | { what: 'known'; sessionId: SessionId }
  | { what: 'refused'; reason: string }
);

/** Imports the sessions of another program, one after the other. What is already here is left as it is. */
export async function* importSessions(
  deps: ImportDeps,
  source: ForeignStore,
  { only, isDryRun }: ImportOptions,
): AsyncGenerator<Outcome, void> {
  const here = await deps.sessions.all();
  for await (const found of source.sessions()) {
    if (only && !only.includes(found.name)) continue;
    yield await importOne(deps, found, { here, isDryRun });
  }
}

/** What is here, with what was imported meanwhile. */
interface Here {
  here: SessionRecord[];
  isDryRun: boolean;
}

async function importOne(deps: ImportDeps, found: ForeignSession, { here, isDryRun }: Here): Promise<Outcome> {
  const { name } = found;
  try {
    const checked = checkCredentials(await found.credentials());
    const number = checked.identity.phoneNumber;
    const record = recordOf(name, checked, deps.clock.now());
    const { sessionId } = record;
    const other = here.find((known) => known.sessionId === sessionId || known.identity?.phoneNumber === number);
    if (other && (await isSame(deps.keys, other.sessionId, checked))) {
      return { name, what: 'known', sessionId: other.sessionId };
    }
    if (other) throw new UnusableSessionError(`its number ${number} already has the session ${other.sessionId} here`);
    const counts = isDryRun ? await countKeys(found) : await store(deps, found, { checked, record });
    here.push(record);
    return { name, what: 'imported', sessionId, number, counts };
  } catch (error) {
    const isFull = error instanceof AppError && error.code === 'too_many_sessions';
    if (!isFull && !(error instanceof UnusableSessionError)) throw error;
    return {
      name,
      what: 'refused',
      reason: isFull ? 'there may be no more sessions here (MAX_SESSIONS)' : error.message,
    };
  }
}

/** The same device has the same id, whenever it is imported. */
function recordOf(name: string, { identity, fingerprint, linkedAtMs }: CheckedCredentials, nowMs: number) {
  const sessionId = parseSessionId(`session_${linkedAtMs ?? 0}_${fingerprint}`);
  if (!sessionId) throw new UnusableSessionError('its credentials are damaged: "account" is wrong');
  // It was never announced here: its first login announces it to the backend.
  return { ...newRecord(sessionId, 'lost', nowMs), identity, profile: { ...NO_PROFILE, name } };
}

/** Whether a session here is the same linked device. */
async function isSame(keys: SignalKeyStore, sessionId: SessionId, checked: CheckedCredentials): Promise<boolean> {
  const stored = await keys.credentials(sessionId);
  if (stored === undefined) return false;
  try {
    return checkCredentials(stored).fingerprint === checked.fingerprint;
  } catch {
    return false;
  }
}

/** The session comes last: one that is there is complete. */
async function store(
  { sessions, keys, folders, limits, clock }: ImportDeps,
  found: ForeignSession,
  { checked, record }: { checked: CheckedCredentials; record: SessionRecord },
): Promise<KeyCounts> {
  const { sessionId } = record;
  // An import that was interrupted may have left some.
  await keys.forget(sessionId);
  try {
    const counts = await countKeys(found, (changes) => keys.set(sessionId, changes));
    await keys.saveCredentials(sessionId, checked.credentials);
    await sessions.create(record, { atMs: clock.now(), what: 'created', why: `Imported: ${found.name}` }, limits);
    await folders.create(sessionId);
    return counts;
  } catch (error) {
    await keys.forget(sessionId);
    throw error;
  }
}

async function countKeys(found: ForeignSession, use?: (changes: KeyChange[]) => Promise<void>): Promise<KeyCounts> {
  const counts = { usable: 0, damaged: 0 };
  for await (const batch of found.keys()) {
    const checked = batch.map(checkKey);
    const changes = checked.filter((key): key is KeyChange => typeof key === 'object');
    counts.usable += changes.length;
    counts.damaged += checked.filter((key) => key === 'damaged').length;
    if (use && changes.length > 0) await use(changes);
  }
  if (counts.usable === 0) throw new UnusableSessionError('its keys are missing: it could decrypt nothing');
  return counts;
}
