import { NOBODY } from '../../domain/person.ts';
import type { BinaryNode, WAMessage, WASocket } from '@whiskeysockets/baileys';
import type { RingingCall } from '../../domain/call.ts';
import { type Clock, isCredibleTime } from '../../kit/clock.ts';
import type { ConnectionEventHandler } from '../../ports/connection.ts';
import { peopleOf } from '../addressing/people.ts';
import type { CallChange, Calls, RawCallNews } from './calls.ts';

/** Dependencies of {@link CallNotices}. */
export interface CallNoticesDeps {
  socket: Pick<WASocket, 'authState'>;
  auth: { isFenced(): boolean };
  calls: Calls;
  /** A one-to-one call begins to ring. */
  begun: (call: RingingCall) => void;
  /** The message that a one-to-one call becomes, and whether it had waited at WhatsApp. */
  missed: (message: WAMessage, offline: boolean) => void;
  /** Runs work after everything that was queued before. */
  inOrder: (work: () => void | Promise<void>) => void;
  onEvent: ConnectionEventHandler;
  clock: Clock;
}

/** What WhatsApp announces about the calls of one connection. */
export class CallNotices {
  readonly #deps: CallNoticesDeps;

  constructor(deps: CallNoticesDeps) {
    this.#deps = deps;
  }

  /**
   * Emits what a `<call>` says. Returns a promise that resolves when it is stored, or nobody wants it; `undefined` when it says nothing.
   */
  take(stanza: BinaryNode): Promise<void> | undefined {
    const { auth, calls, socket } = this.#deps;
    if (auth.isFenced()) return undefined;
    return this.changed(calls.take(stanza, socket.authState.creds.me?.id), stanza.attrs);
  }

  /** As {@link take}, for what is known already. */
  changed({ begun, missed, news }: CallChange, { t, offline }: BinaryNode['attrs'] = {}): Promise<void> | undefined {
    const hasWaited = offline !== undefined;
    if (begun) this.#deps.begun(begun);
    if (missed) this.#deps.missed(missed, hasWaited);
    const sentAtMs = Number(t) * 1000;
    const atMs = isCredibleTime(sentAtMs) ? sentAtMs : this.#deps.clock.now();
    return news && this.#tell(news, { atMs, offline: hasWaited });
  }

  #tell({ caller: addresses, ...news }: RawCallNews, facts: { atMs: number; offline: boolean }): Promise<void> {
    const { socket, inOrder, onEvent } = this.#deps;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    inOrder(async () => {
      // A failure of the storage ends the connection: WhatsApp tells it again on the next one.
      const [caller = NOBODY] = await peopleOf(socket.authState.keys, [addresses]);
      onEvent({ kind: 'call-changed', change: { ...news, caller, ...facts }, stored: () => resolve(undefined) });
    });
    return promise;
  }
}
