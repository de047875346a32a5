import { type AccountIdentity, type SessionRecord, statusOf } from '../../domain/session.ts';
import type { TimelineWord } from '../../domain/timeline.ts';
import type { Clock } from '../../kit/clock.ts';
import type { SessionFolders } from '../../ports/storage.ts';
import { newSessionConnected } from '../callback-events.ts';
import type { SessionDeps } from '../session-deps.ts';
import type { SessionStateMachine } from './state-machine.ts';

/** Dependencies of a session's {@link Login}. */
export interface LoginDeps extends Pick<SessionDeps, 'settle' | 'authDir'> {
  machine: SessionStateMachine;
  folders: Pick<SessionFolders, 'discardVersion3'>;
  clock: Clock;
  /** Unlinks the device of another account than that of this session, which is over. */
  refuse: (why: string) => Promise<void>;
}

/** What follows when a session is logged in: its status, and what the backend receives. Every method runs in the session's turn. */
export class Login {
  readonly #deps: LoginDeps;
  /** Whether the next login is the first one of another device, of which the backend must hear. */
  #hasNewDevice = false;

  constructor(deps: LoginDeps) {
    this.#deps = deps;
  }

  /** The account was linked again, and this session goes on with the new device. */
  newDevice(): void {
    this.#hasNewDevice = true;
  }

  /** Before a device that was just linked logs in, the session that its account has takes it over. Returns whether it did. */
  async handedOver(): Promise<boolean> {
    const { machine, settle } = this.#deps;
    const { identity, announced } = machine.record;
    if (machine.state.name !== 'linking' || announced || !identity) return false;
    return settle(identity);
  }

  /** The session is logged in. */
  async opened(identity: AccountIdentity): Promise<void> {
    const { machine, folders, clock, settle } = this.#deps;
    if (machine.state.name === 'linking' && isOfAnother(machine.record, identity)) {
      return this.#deps.refuse(otherNumber(identity.phoneNumber, machine.record.identity?.phoneNumber));
    }
    const changes = { identity, errorMessage: null, lastSeenMs: clock.now() };
    if (!machine.record.announced) {
      await settle(identity, (isReturning) => this.#announce(changes, isReturning));
      return;
    }
    const record = machine.next({ name: 'online' }, changes);
    // The backend hears of a new device even if it never heard that the old one was gone.
    const isSilent = this.#hasNewDevice && statusOf(machine.record.phase) === 'connected';
    const events = isSilent ? [machine.statusUpdate(record)] : [];
    const note = this.#note();
    // Once announced, a number stays known as that of its session.
    const announces = identity.phoneNumber !== machine.record.identity?.phoneNumber;
    await machine.enter({ name: 'online' }, { record, events, note, writes: { announces } });
    this.#hasNewDevice = false;
    await folders.discardVersion3(record.sessionId);
  }

  async #announce(changes: Partial<SessionRecord>, isReturning: boolean): Promise<void> {
    const { machine, authDir } = this.#deps;
    const record = machine.next({ name: 'online' }, { ...changes, announced: true });
    const instead = isReturning ? machine.statusUpdate(record) : undefined;
    const events = [newSessionConnected(record, authDir, instead)];
    const note = { what: 'connected' as const };
    await machine.enter({ name: 'online' }, { record, events, note, writes: { announces: true } });
  }

  /** The timeline's entry for a login says what had been wrong. */
  #note(): { what: TimelineWord; why: string | null } {
    const { state, record } = this.#deps.machine;
    if (state.name === 'repairing') return { what: 'repaired', why: state.why };
    if (state.name === 'lost') return { what: 'repaired', why: record.errorMessage };
    return { what: 'connected', why: null };
  }
}

/** Whether a session that belongs to an account was linked to another one. */
export function isOfAnother(record: SessionRecord, { phoneNumber }: AccountIdentity): boolean {
  return record.announced && record.identity !== null && record.identity.phoneNumber !== phoneNumber;
}

function otherNumber(scanned: string, own = ''): string {
  return `The QR was scanned with +${scanned}, but this session belongs to +${own}; that device was unlinked again. ${ADVICE}`;
}

const ADVICE =
  'Request another QR with POST /sessions/:sessionId/relink, or a session of its own for the other number.';
