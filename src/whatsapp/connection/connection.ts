import type { BinaryNode, WAMessage } from '@whiskeysockets/baileys';
import type { CloseReason } from '../../domain/close-reason.ts';
import { AppError, type OverloadedError } from '../../domain/errors.ts';
import type { OutgoingMessage } from '../../domain/outgoing.ts';
import { systemClock } from '../../kit/clock.ts';
import { messageOf } from '../../kit/failure.ts';
import { SerialQueue } from '../../kit/serial-queue.ts';
import type { Connection, ConnectionEvent, PasskeyActions, PreparedMessage } from '../../ports/connection.ts';
import { numbersOf } from '../addressing/people.ts';
import { type ConnectionContext, outsideConnection, withinConnection } from '../baileys/connection-context.ts';
import type { ListenerFailure } from '../baileys/listener-guard.ts';
import { askAgain } from '../media/ask-again.ts';
import type { Route } from '../proxy/routes.ts';
import { QrOffer } from '../pairing/qr-offer.ts';
import { Actions } from '../query/actions.ts';
import { CallNotices } from '../receive/call-notices.ts';
import { Calls } from '../receive/calls.ts';
import { GroupNotices } from '../receive/group-notices.ts';
import { Acks } from '../send/acks.ts';
import { REACH_OUT_LOCKED } from '../send/restriction.ts';
import { prepare } from '../send/send.ts';
import { type ConnectionAuth, isPaired } from '../signal/auth-state.ts';
import { closeCode, closeReason } from './close-reason.ts';
import type { ConnectionDeps, OpenConnection } from './connection-deps.ts';
import { accountParts, pairingParts, type PartsDeps, createSending } from './connection-parts.ts';
import { drain, unlinkDevice } from './logout.ts';
import { MessageReceiver } from './message-receiver.ts';
import { openSocket } from './open-socket.ts';
import { takeServerNotices } from './server-notices.ts';
import { emitSocketEvents, type SocketEvent } from './socket-events.ts';
import { ConnectionClock } from './watchdogs/connection-clock.ts';
import { BrokenConnectionError } from './watchdogs/connection-errors.ts';

/**
 * One connection to WhatsApp: one Baileys socket from its creation to its end. Emits every event in order, and `closed` last
 * and once, whether Baileys reports the end, a watchdog gave up, or the socket could not even be made.
 */
export class BaileysConnection implements Connection {
  readonly groups: Actions['groups'];
  readonly contacts: Actions['contacts'];
  readonly chats: Actions['chats'];
  readonly calls: Actions['calls'];
  readonly channels: Actions['channels'];
  readonly chatStates: Actions['chatStates'];
  readonly people: Actions['people'];
  readonly profile: Actions['profile'];
  readonly #deps: ConnectionDeps;
  readonly #intervals = new ConnectionClock(systemClock);
  readonly #context: ConnectionContext;
  readonly #acks: Acks;
  readonly #actions: Actions;
  readonly #ringing: Calls;
  readonly #closed = Promise.withResolvers<undefined>();
  #connection: OpenConnection | undefined;
  #closeRequested = false;
  #closing = false;
  #ended = false;
  /** The events that are still to be emitted, one after the other. */
  readonly #events = new SerialQueue();

  constructor(deps: ConnectionDeps) {
    this.#deps = deps;
    this.#acks = new Acks(deps.clock);
    const failed = (error: unknown) => this.#broke('outside of its listeners', error);
    this.#context = { sessionId: deps.sessionId, failed, intervals: this.#intervals };
    this.#ringing = new Calls(deps.clock);
    this.#actions = new Actions({
      ...{ ...deps, socket: () => this.#usable().socket, withinConnection: this.#within, calls: this.#ringing },
      changing: (messageId) => this.#acks.changing(messageId),
      appState: () => this.#usable().appState,
      waiting: (groupId, people) => this.#emitUnlessEnded({ kind: 'asked-to-join', groupId, people }),
      named: (names) => this.#emitUnlessEnded({ kind: 'names', names }),
      rejected: (change) => void this.#connection?.callNotices.changed(change),
    });
    ({ groups: this.groups, contacts: this.contacts, chats: this.chats, calls: this.calls } = this.#actions);
    ({
      channels: this.channels,
      chatStates: this.chatStates,
      people: this.people,
      profile: this.profile,
    } = this.#actions);
    this.#within(() => this.#start()).catch((error: unknown) => this.#finish(error));
  }

  get isClosing(): boolean {
    return this.#closing || this.#ended;
  }

  get passkey(): PasskeyActions {
    return this.#usable().passkey;
  }

  async prepare(message: OutgoingMessage): Promise<PreparedMessage> {
    return prepare(this.#usable().sending, message);
  }

  /** Has the phone upload a file again, as {@link askAgain} says; `undefined` also while the connection is not open. */
  async askAgain(message: WAMessage, mediaKey: Uint8Array): Promise<string | undefined> {
    const socket = this.#ended ? undefined : this.#connection?.socket;
    return socket && this.#within(() => askAgain(socket, message, mediaKey, this.#deps.clock));
  }

  async close(): Promise<void> {
    this.#closeRequested = true;
    if (this.#connection) this.#end(this.#connection, undefined);
    else this.#finish(undefined);
    await this.#closed.promise;
  }

  /** Closes the connection for this reason. What has arrived is still emitted. */
  holdBack(error: OverloadedError): void {
    this.#endWith(error);
  }

  async drain(): Promise<void> {
    if (this.#connection && !this.isClosing) await drain(this.#connection, this.#deps);
  }

  async logout(): Promise<void> {
    // While a pairing code is shown, the credentials already have the number, but no device is linked.
    if (this.#connection && !this.#ended && isPaired(this.#connection.auth.state.creds)) {
      await unlinkDevice(this.#connection.socket).catch((error: unknown) =>
        this.#deps.log.warn({ err: error }, 'WhatsApp did not confirm that the device is unlinked'),
      );
    }
    await this.close();
  }

  readonly #groupMetadata = (groupId: string) => this.groups.metadata(groupId);

  readonly #within = <Result>(work: () => Result): Result => withinConnection(this.#context, work);

  #usable(): OpenConnection {
    if (!this.#connection || this.isClosing) throw new AppError('session_not_connected');
    return this.#connection;
  }

  async #start(): Promise<void> {
    const auth = await this.#deps.loadAuth({
      storageFailed: (error) => this.#cut(error),
      learned: (numbers) => this.#emit({ kind: 'numbers', numbers }),
    });
    const route = await this.#deps.route();
    if (this.#ended) return;
    const connection = this.#open(auth, route);
    this.#connection = connection;
    const { socket, receiver } = connection;
    const { clock, settings, groupCache } = this.#deps;
    takeServerNotices(connection, {
      ...this.#deps,
      emit: (event) => this.#emitUnlessEnded(event),
      failed: (error) => this.#onSocketEvent(connection, { kind: 'failed', error }),
    });
    const offer = new QrOffer({ creds: auth.state.creds, clock, lifetimeMs: settings.qrLifetimeMs });
    emitSocketEvents({ socket, groups: groupCache, offer, emit: (event) => this.#onSocketEvent(connection, event) });
    connection.passkey.listen(() => {
      offer.scanned();
      connection.codeOffer?.handOver();
    });
    // First comes what an earlier connection learned, or wrote to the journal, but never reported.
    this.#inOrder(async () => {
      await receiver.replay();
      const numbers = await numbersOf(socket.authState.keys, await this.#deps.awaitedNumbers());
      if (numbers.size > 0) this.#deps.onEvent({ kind: 'numbers', numbers });
    });
  }

  #open(auth: ConnectionAuth, route: Route): OpenConnection {
    const { clock, clientVersion, knownMessages, onEvent, log } = this.#deps;
    const opened = openSocket({
      ...{ ...this.#deps, auth, route, version: clientVersion.current },
      groupMetadata: this.#groupMetadata,
      unreadable: (attrs) => receiver.unreadable(attrs),
      storing: (stanza) => (stanza.tag === 'call' ? callNotices : notices).take(stanza),
      skipped: (stanza) => this.#inOrder(() => receiver.skipped(stanza)),
      listenerFailed: (failure) => this.#listenerFailed(failure),
      stanzaFailed: (error) => this.#broke('to handle what WhatsApp sent', error),
      unfit: ({ tag, attrs }) => log.warn({ tag, names: Object.keys(attrs) }, 'a stanza without sense was dropped'),
      failedHarmlessly: (error) => log.warn({ err: error }, 'a stanza could not be handled; the connection stays open'),
      giveUp: (error) => this.#endWith(error),
      note: (why) => this.#emit({ kind: 'note', why }),
      news: (make) => this.#inOrder(async () => this.#news(await make())),
    });
    const { socket, order } = opened;
    const inOrder = (work: () => void | Promise<void>) => this.#inOrder(work);
    const notices = new GroupNotices({ socket, auth, cache: this.#deps.groupCache, inOrder, onEvent, clock, log });
    const receiver = new MessageReceiver({
      ...{ socket, auth, knownMessages, groups: this.groups, onEvent, clock, log },
      wasQueued: (messageId) => order.emitted(messageId),
      inOrder,
    });
    const callNotices = new CallNotices({
      ...{ socket, auth, calls: this.#ringing, inOrder, onEvent, clock },
      begun: (call) => this.#emitUnlessEnded({ kind: 'ringing', call }),
      missed: (message, offline) => receiver.received(message, offline),
    });
    const needs: PartsDeps = {
      ...{ deps: this.#deps, acks: this.#acks, groupMetadata: this.#groupMetadata, withinConnection: this.#within },
      emit: (event) => this.#emit(event),
      emitUnlessEnded: (event) => this.#emitUnlessEnded(event),
      endWith: (error) => this.#endWith(error),
      ask: (query) => this.#actions.queries.ask(query),
    };
    const account = accountParts(opened, needs);
    const sending = createSending(opened, needs, account.restriction);
    return { ...opened, auth, receiver, callNotices, ...account, ...sending, ...pairingParts(opened, needs) };
  }

  // eslint-disable-next-line complexity -- one case for each event
  #onSocketEvent(connection: OpenConnection, event: SocketEvent): void {
    switch (event.kind) {
      case 'qr':
        // A QR also says that a code can be requested.
        if (connection.codeOffer) connection.codeOffer.ask();
        else this.#emitUnlessEnded(event);
        break;
      case 'paired':
      case 'open':
      case 'own-name':
      case 'delivery':
        this.#emitUnlessEnded(event);
        break;
      case 'message-received':
        connection.receiver.received(event.message, event.appended);
        break;
      case 'acknowledged':
        this.#acknowledged(connection, event.node);
        break;
      case 'restriction':
        connection.restriction.update(event.lock);
        break;
      case 'credentials-changed':
        this.#saveCredentials(connection);
        break;
      case 'socket-closed':
        this.#finish(event.error);
        break;
      case 'pairing-refused':
        this.#end(connection, event.error);
        break;
      case 'failed':
        this.#deps.log.warn({ err: event.error }, 'WhatsApp could not be answered');
    }
  }

  #acknowledged(connection: OpenConnection, node: BinaryNode): void {
    const end = () => this.#outcome(connection, node);
    if (!connection.secondAddress.takes(node, end)) end();
  }

  #outcome({ restriction, standing }: OpenConnection, node: BinaryNode): void {
    const update = this.#acks.take(node);
    if (!update) return;
    this.#emitUnlessEnded({ kind: 'delivery', update });
    if (update.errorCode === REACH_OUT_LOCKED && restriction.refused()) void standing.askCap();
  }

  #saveCredentials({ auth }: OpenConnection): void {
    const saved = auth.saveCredentials();
    // The storage reports a failure to `storageFailed`, which ends the connection.
    saved.catch(() => undefined);
    this.#inOrder(() => saved);
  }

  /** After its end Baileys still finishes work in progress, and may even report that the connection is open. */
  #emitUnlessEnded(event: ConnectionEvent): void {
    if (!this.#ended) this.#emit(event);
  }

  #news(event: ConnectionEvent | undefined): void {
    if (event && !this.#ended) this.#deps.onEvent(event);
  }

  #emit(event: ConnectionEvent): void {
    this.#inOrder(() => this.#deps.onEvent(event));
  }

  #inOrder(work: () => void | Promise<void>): void {
    this.#events
      .run(() => outsideConnection(work))
      .catch((error: unknown) => {
        this.#deps.log.error({ err: error }, 'an event of a connection could not be handled');
      });
  }

  /** The storage fails: nothing may leave any more, least of all a receipt for what is not stored. */
  #cut(error: Error): void {
    if (!this.#connection || this.#ended) return;
    this.#connection.auth.fence();
    this.#connection.watchdogs.cut();
    this.#end(this.#connection, error);
  }

  /** A listener of Baileys threw: what it was handling is lost, and so is the connection, unless the failure is harmless. */
  #listenerFailed({ event, error, isHarmless }: ListenerFailure): void {
    if (!isHarmless) {
      this.#broke(`at ${event}`, error);
      return;
    }
    this.#deps.log.warn({ err: error, event }, 'Baileys failed at a stanza; the connection stays open');
    this.#emit({ kind: 'note', why: `Baileys failed at ${event}: ${messageOf(error)}` });
  }

  /** Something threw where nobody catches it: this one connection is replaced, and nobody else notices. */
  #broke(where: string, error: unknown): void {
    if (this.#ended) return;
    this.#deps.log.warn({ err: error, where }, 'Baileys failed; the connection is replaced');
    this.#endWith(new BrokenConnectionError(`Baileys failed ${where}: ${messageOf(error)}`, { cause: error }));
  }

  #endWith(error: Error): void {
    if (this.#connection) this.#end(this.#connection, error);
  }

  /** Asks Baileys to end; its closing event, or a watchdog's cut after a while, then finishes. */
  #end({ socket }: OpenConnection, error: Error | undefined): void {
    if (this.#ended) return;
    this.#closing = true;
    socket.end(error).catch((failure: unknown) => this.#finish(failure));
  }

  #finish(error: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#intervals.stop();
    // Timers that Baileys leaves behind, some for days, keep the context, but not the connection.
    this.#context.failed = nothing;
    this.#connection?.watchdogs.stop();
    this.#connection?.history.end();
    this.#connection?.passkey.end();
    this.#connection?.auth.fence();
    this.#acks.release();
    this.#actions.end();
    const reason = this.#reason(error);
    this.#inOrder(async () => this.#deps.onEvent({ kind: 'closed', reason: await reason, code: closeCode(error) }));
    this.#inOrder(() => this.#closed.resolve(undefined));
  }

  /** Why it ended. When WhatsApp refused the client version, first looks for a newer one. */
  async #reason(error: unknown): Promise<CloseReason> {
    if (this.#closeRequested) return { kind: 'asked' };
    const { auth, version } = this.#connection ?? {};
    const reason = closeReason({ paired: auth !== undefined && isPaired(auth.state.creds), error });
    if (reason.kind !== 'client-outdated' || !version) return reason;
    return { ...reason, next: await this.#deps.clientVersion.refused(version) };
  }
}

/** Made outside of any connection, it keeps none. */
const nothing = (): void => undefined;
