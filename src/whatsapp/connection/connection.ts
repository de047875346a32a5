import { makeWASocket, proto, type WAMessage, type WASocket, type WAVersion } from '@whiskeysockets/baileys';
import { type CloseReason } from '../../domain/close-reason.ts';
import { AppError, type OverloadedError } from '../../domain/errors.ts';
import { type IncomingMessage } from '../../domain/message.ts';
import { SerialQueue } from '../../kit/serial-queue.ts';
import { type Connection, type ConnectionMessage, type SendOutcome } from '../../ports/connection.ts';
import { numbersOf, peopleOf } from '../addressing/people.ts';
import { withinConnection, type ConnectionContext, outsideConnection } from '../baileys/connection-context.ts';
import { guardListeners, type ListenerFailure } from '../baileys/listener-guard.ts';
import { slimRetryCaches } from '../baileys/retry-caches.ts';
import { askAgain } from '../media/ask-again.ts';
import { UploadHosts } from '../media/upload-hosts.ts';
import { upload } from '../media/upload.ts';
import { CodeOffer } from '../pairing/pairing-code.ts';
import { QrOffer } from '../pairing/qr-offer.ts';
import { Actions } from '../query/actions.ts';
import { type Arrival, readIncoming } from '../receive/incoming.ts';
import { leftOver, unreadableMessage } from '../receive/replay.ts';
import { Acks } from '../send/acks.ts';
import { REACH_OUT_LOCKED, Restriction } from '../send/restriction.ts';
import { send, type SendDeps } from '../send/send.ts';
import { isPaired, type ConnectionAuth } from '../signal/auth-state.ts';
import { BatchDecryption } from '../signal/batch-decryption.ts';
import { CiphertextOrigins } from '../signal/ciphertext-origins.ts';
import { messageKeyOf } from '../signal/message-key.ts';
import { closeCode, closeReason } from './close-reason.ts';
import { type ConnectionDeps } from './connection-deps.ts';
import { BrokenConnectionError } from './watchdogs/connection-errors.ts';
import { unlinkDevice } from './logout.ts';
import { MessageOrder } from './message-order.ts';
import { type SocketEventHandlers, wireSocket } from './socket-events.ts';
import { socketConfig } from './socket-options.ts';
import { Watchdogs } from './watchdogs/watchdogs.ts';

/** The socket, with what belongs to it. */
interface OpenConnection {
  socket: WASocket;
  /** Which client version it says it is. */
  version: WAVersion;
  auth: ConnectionAuth;
  order: MessageOrder;
  watchdogs: Watchdogs;
  sending: SendDeps;
}

/**
 * One line to WhatsApp: one Baileys socket from its making to its end. Its listener is told everything in the order
 * in which it happened, and `onClosed` last and once, whether Baileys says so, a guard gave up, or the socket could
 * not even be made.
 */
export class BaileysConnection implements Connection {
  readonly groups: Actions['groups'];
  readonly contacts: Actions['contacts'];
  readonly chats: Actions['chats'];
  readonly #deps: ConnectionDeps;
  readonly #context: ConnectionContext;
  readonly #acks: Acks;
  readonly #actions: Actions;
  readonly #closed = Promise.withResolvers<undefined>();
  #connection: OpenConnection | undefined;
  #asked = false;
  #ended = false;
  /** Baileys was asked to end. */
  #closing = false;
  /** What is still to be told, one thing after the other. */
  readonly #telling = new SerialQueue();

  constructor(deps: ConnectionDeps) {
    this.#deps = deps;
    this.#acks = new Acks(deps.clock);
    this.#context = { sessionId: deps.sessionId, failed: (error) => this.#broke('out of its reach', error) };
    this.#actions = new Actions({
      ...deps,
      socket: () => this.#usable().socket,
      withinConnection: (work) => withinConnection(this.#context, work),
    });
    ({ groups: this.groups, contacts: this.contacts, chats: this.chats } = this.#actions);
    withinConnection(this.#context, () => this.#start()).catch((error: unknown) => this.#finish(error));
  }

  get isClosing(): boolean {
    return this.#closing || this.#ended;
  }

  async send(message: ConnectionMessage): Promise<SendOutcome> {
    const connection = this.#usable();
    const store: ConnectionMessage['store'] = async (sent) => {
      // What belongs to a session that is gone must not be stored any more.
      if (this.#ended) throw new AppError('session_not_connected');
      await message.store(sent);
    };
    return withinConnection(this.#context, () => send(connection.sending, { ...message, store }));
  }

  /** Has the phone hand in a file again, as {@link askAgain} says; `undefined` also while the line is not open. */
  async askAgain(message: WAMessage, mediaKey: Uint8Array): Promise<string | undefined> {
    const socket = this.#ended ? undefined : this.#connection?.socket;
    if (!socket?.ws.isOpen) return undefined;
    return withinConnection(this.#context, () => askAgain(socket, message, mediaKey, this.#deps.clock));
  }

  async close(): Promise<void> {
    this.#asked = true;
    if (this.#connection) this.#end(this.#connection, undefined);
    else this.#finish(undefined);
    await this.#closed.promise;
  }

  /** Closes the line, which says why. What has arrived is told still. */
  holdBack(error: OverloadedError): void {
    this.#endWith(error);
  }

  async logout(): Promise<void> {
    // Who only shows a code calls itself by the number already, but is nobody's device.
    if (this.#connection && !this.#ended && isPaired(this.#connection.auth.state.creds)) {
      await unlinkDevice(this.#connection.socket).catch((error: unknown) =>
        this.#deps.log.warn({ err: error }, 'WhatsApp did not confirm that the device is unlinked'),
      );
    }
    await this.close();
  }

  #usable(): OpenConnection {
    if (!this.#connection || this.isClosing) throw new AppError('session_not_connected');
    return this.#connection;
  }

  async #start(): Promise<void> {
    const { settings, clientVersion, retryCounters, clock, loadAuth } = this.#deps;
    const auth = await loadAuth({
      troubled: (error) => this.#cut(error),
      learned: (numbers) => this.#tell(() => this.#deps.listener.onNumbers(numbers)),
    });
    if (this.#ended) return;
    const [origins, batch] = [new CiphertextOrigins(), new BatchDecryption()];
    const unreadable = (attrs: Record<string, string>) => this.#unreadable(attrs);
    const version = clientVersion.current;
    const groupMetadata = (groupId: string) => this.groups.metadata(groupId);
    const config = socketConfig({ ...this.#deps, version, auth, origins, batch, unreadable, groupMetadata });
    const socket = makeWASocket(config);
    guardListeners(socket, (failure) => this.#outOfBand(failure));
    const order = new MessageOrder(socket, {
      failed: (error) => this.#broke('to take what WhatsApp sent', error),
      unheard: (messageId) => this.#tell(() => this.#tellLeftOver(connection, messageId)),
      upcoming: (stanzas) => batch.open(stanzas),
    });
    origins.watch(socket);
    slimRetryCaches(socket, clock);
    retryCounters.carryOver(socket);
    const connection: OpenConnection = {
      socket,
      version,
      auth,
      order,
      watchdogs: this.#watchdogs(socket),
      sending: this.#sending(socket),
    };
    this.#connection = connection;
    const offer = new QrOffer({ creds: socket.authState.creds, clock, lifetimeMs: settings.qrLifetimeMs });
    wireSocket(socket, offer, this.#handlers(connection));
    this.#tell(() => this.#replay(connection));
  }

  #watchdogs(socket: WASocket): Watchdogs {
    const { clock, listener, settings } = this.#deps;
    return new Watchdogs({
      ...{ socket, clock, connectTimeoutMs: settings.connectTimeoutMs },
      giveUp: (error) => this.#endWith(error),
      note: (why) => this.#tell(() => listener.onNote(why)),
    });
  }

  #sending(socket: WASocket): SendDeps {
    const { lookup, knownMessages, clock, listener, uploads } = this.#deps;
    const hosts = new UploadHosts(socket, clock);
    return {
      ...{ socket, acks: this.#acks, lookup, knownMessages, clock },
      groupMetadata: (groupId) => this.groups.metadata(groupId),
      upload: (path, kind) => upload(path, kind, { ...uploads, hosts, clock }),
      undelivered: (update) => this.#tell(() => listener.onDelivery(update)),
    };
  }

  /** First of all tells what an earlier line learned, or wrote into the journal, and nobody heard of. */
  async #replay(connection: OpenConnection): Promise<void> {
    await this.#tellLeftOver(connection);
    const numbers = await numbersOf(connection.socket.authState.keys, await this.#deps.awaitedNumbers());
    if (numbers.size > 0) this.#deps.listener.onNumbers(numbers);
  }

  /** What is in the journal and became nothing: with an id only that message, after which Baileys choked on what it said. */
  async #tellLeftOver({ socket, auth }: OpenConnection, messageId?: string): Promise<void> {
    const { me } = socket.authState.creds;
    if (!me) return;
    for (const { message, offline } of await leftOver(auth, me, messageId)) {
      const reading = this.#reading({ message, offline, me }, socket);
      this.#deps.listener.onMessage(await reading, messageKeyOf(message.key));
    }
  }

  #handlers(connection: OpenConnection): SocketEventHandlers {
    const { auth } = connection;
    const { listener, log, clock } = this.#deps;
    const restriction = new Restriction(connection.socket, clock, (untilMs) =>
      this.#news(() => listener.onRestricted(untilMs)),
    );
    return {
      credentialsChanged: () => {
        const saved = auth.saveCredentials();
        // The line has heard of a failure, and ends of it; until it is its turn nobody awaits this one.
        saved.catch(() => undefined);
        this.#tell(() => saved);
      },
      qr: this.#offering(connection),
      paired: (identity) => this.#news(() => listener.onPaired(identity)),
      open: (identity) => this.#news(() => listener.onOpen(identity)),
      message: (message, appended) => this.#read(connection, message, appended),
      acknowledged: (node) => {
        const update = this.#acks.take(node);
        if (!update) return;
        this.#news(() => listener.onDelivery(update));
        if (update.errorCode === REACH_OUT_LOCKED) restriction.refused();
      },
      restriction: (lock) => restriction.told(lock),
      groups: this.#deps.groupCache,
      delivery: (update) => this.#news(() => listener.onDelivery(update)),
      closed: (error) => this.#finish(error),
      refused: (error) => this.#end(connection, error),
      failed: (error) => log.warn({ err: error }, 'the line could not answer WhatsApp'),
    };
  }

  /** What a QR of Baileys leads to: it is told, or it says that a code can be asked for. */
  #offering(connection: OpenConnection): SocketEventHandlers['qr'] {
    const { listener, codeFor: number, clock } = this.#deps;
    if (number === undefined) return (qr) => this.#news(() => listener.onQr(qr));
    const codes = new CodeOffer({
      ...{ socket: connection.socket, number, clock },
      shown: (code) => this.#news(() => listener.onPairingCode(code)),
      ended: (error) => this.#end(connection, error),
    });
    return () => codes.ask();
  }

  /** Reads now, since Baileys changes its messages later, and tells in turn. */
  #read(connection: OpenConnection, message: WAMessage, appended: boolean): void {
    const { me } = connection.socket.authState.creds;
    if (!me || connection.auth.isFenced()) return;
    const offline = connection.order.heard(message.key.id) ?? appended;
    const key = messageKeyOf(message.key);
    const reading = this.#reading({ message, offline, me }, connection.socket);
    this.#tell(async () => this.#deps.listener.onMessage(await reading, key));
    if (isUndecrypted(message))
      this.#deps.log.warn({ messageId: message.key.id }, 'a message could not be decrypted yet');
  }

  #unreadable(attrs: Record<string, string>): void {
    const connection = this.#connection;
    const me = connection?.socket.authState.creds.me;
    if (connection && me) this.#read(connection, unreadableMessage(attrs, me), attrs.offline !== undefined);
  }

  #reading(arrival: Arrival, socket: WASocket): Promise<IncomingMessage | undefined> {
    const { knownMessages } = this.#deps;
    return readIncoming(arrival, {
      people: (all) => peopleOf(socket.authState.keys, all),
      message: (messageId) => knownMessages.find(messageId),
      unknownFields: (messageId) => knownMessages.unknownFields(messageId),
      // What an earlier line left is read before this one is open: then there is nobody to ask.
      groupName: (groupId) => this.groups.name(groupId, socket),
    });
  }

  /** Baileys goes on after its end with what it was busy with, and may even say that the line is open. */
  #news(what: () => void): void {
    if (!this.#ended) this.#tell(what);
  }

  #tell(what: () => void | Promise<void>): void {
    this.#telling
      .run(() => outsideConnection(what))
      .catch((error: unknown) => {
        this.#deps.log.error({ err: error }, 'news of a line could not be handled');
      });
  }

  /** The storage fails: nothing may leave any more, least of all a receipt for what is not stored. */
  #cut(error: Error): void {
    if (!this.#connection || this.#ended) return;
    this.#connection.auth.fence();
    this.#connection.watchdogs.cut();
    this.#end(this.#connection, error);
  }

  /** One of Baileys' listeners threw. What it was handling is lost, and the line with it, unless it was of no weight. */
  #outOfBand({ event, error, isHarmless }: ListenerFailure): void {
    if (!isHarmless) {
      this.#broke(`at ${event}`, error);
      return;
    }
    const { log, listener } = this.#deps;
    log.warn({ err: error, event }, 'Baileys failed at a stanza without which the line goes on');
    this.#tell(() => listener.onNote(`Baileys failed at ${event}: ${messageOf(error)}`));
  }

  /** Something threw where nobody catches it: this one line is opened anew, and nobody else notices. */
  #broke(where: string, error: unknown): void {
    if (this.#ended) return;
    this.#deps.log.warn({ err: error, where }, 'Baileys failed; the line is opened anew');
    this.#endWith(new BrokenConnectionError(`Baileys failed ${where}: ${messageOf(error)}`, { cause: error }));
  }

  #endWith(error: Error): void {
    if (this.#connection) this.#end(this.#connection, error);
  }

  /** Asks Baileys to end; its closing event, or the cut by a watchdog after a while, then finishes. */
  #end({ socket }: OpenConnection, error: Error | undefined): void {
    if (this.#ended) return;
    this.#closing = true;
    socket.end(error).catch((failure: unknown) => this.#finish(failure));
  }

  #finish(error: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#connection?.watchdogs.stop();
    this.#connection?.auth.fence();
    this.#acks.release();
    this.#actions.end();
    const reason = this.#completed(this.#reason(error));
    this.#tell(async () => this.#deps.listener.onClosed(await reason, closeCode(error)));
    this.#tell(() => this.#closed.resolve(undefined));
  }

  /** A refused version is worth a look whether there is a newer one. */
  async #completed(reason: CloseReason): Promise<CloseReason> {
    if (reason.kind !== 'client-outdated' || !this.#connection) return reason;
    return { ...reason, next: await this.#deps.clientVersion.refused(this.#connection.version) };
  }

  #reason(error: unknown): CloseReason {
    if (this.#asked) return { kind: 'asked' };
    const creds = this.#connection?.auth.state.creds;
    return closeReason({ paired: creds !== undefined && isPaired(creds), error });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A message without content; that somebody joined a group, say, comes as one too. */
function isUndecrypted({ messageStubType }: WAMessage): boolean {
  return messageStubType === proto.WebMessageInfo.StubType.CIPHERTEXT;
}
