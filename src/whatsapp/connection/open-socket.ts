import { type BinaryNode, makeWASocket, type WASocket, type WAVersion } from '@whiskeysockets/baileys';
import type { Route } from '../proxy/routes.ts';
import { type AccountNewsDeps, watchAccount } from '../receive/account-news.ts';
import type { AppStateChanges } from '../baileys/app-state-changes.ts';
import { AppStateResync } from '../baileys/app-state-resync.ts';
import { bundleFrames } from '../baileys/frame-bundles.ts';
import { watchHandshake } from '../baileys/handshake.ts';
import { guardListeners, type ListenerFailure } from '../baileys/listener-guard.ts';
import { plainAck } from '../baileys/plain-ack.ts';
import { limitQueries } from '../baileys/query-deadlines.ts';
import { isReceiptStray } from '../baileys/stray-receipts.ts';
import { takeUnfitStanzas } from '../baileys/unfit-stanzas.ts';
import { dropUnreadEvents } from '../baileys/unread-events.ts';
import type { ServerProps } from '../signal/server-props.ts';
import { slimRetryCaches } from '../baileys/retry-caches.ts';
import { BatchDecryption } from '../signal/batch-decryption.ts';
import { CiphertextOrigins } from '../signal/ciphertext-origins.ts';
import { type FindSent, Resends } from '../send/resends.ts';
import { RetryRequests } from '../signal/retry-requests.ts';
import { keepAppState } from './app-state.ts';
import { askFirstQuestions } from './first-questions.ts';
import { holdNotifications } from './held-notifications.ts';
import type { Logins } from './logins.ts';
import { MessageOrder } from './message-order.ts';
import { socketConfig, type SocketConfigDeps } from './socket-options.ts';
import { Watchdogs } from './watchdogs/watchdogs.ts';

/** What a socket is opened with. */
export interface OpenSocketDeps extends Omit<SocketConfigDeps, 'origins' | 'batch' | 'retries' | 'resync' | 'resends'> {
  serverProps: ServerProps;
  logins: Pick<Logins, 'over'>;
  findSent: FindSent;
  /** A listener of Baileys threw. */
  listenerFailed: (failure: ListenerFailure) => void;
  /** Baileys could not handle what WhatsApp sent. */
  stanzaFailed: (error: unknown) => void;
  /** Baileys is done with a message, and emitted nothing for it. */
  skipped: (stanza: BinaryNode) => void;
  /** A stanza that makes no sense was acknowledged and dropped. */
  unfit: (stanza: BinaryNode) => void;
  /** Something of a stanza could not be handled; the connection is as good as before. */
  failedHarmlessly: (error: unknown) => void;
  /** Stores what a notification says; `undefined` when there is nothing to store. */
  storing: (notification: BinaryNode) => Promise<void> | undefined;
  /** A watchdog gives up the connection. */
  giveUp: (error: Error) => void;
  note: (why: string) => void;
  /** Something of chats or people changed. */
  news: AccountNewsDeps['emit'];
}

/** A Baileys socket, with what was added around it. */
export interface OpenSocket {
  socket: WASocket;
  /** The client version that it claims to be. */
  version: WAVersion;
  order: MessageOrder;
  watchdogs: Watchdogs;
  route: Route;
  appState: AppStateChanges;
}

/** Creates a Baileys socket and adds everything that fixes Baileys from outside, before anybody else listens. */
export function openSocket(deps: OpenSocketDeps): OpenSocket {
  const { clock, retryCounters, settings, version, giveUp, note } = deps;
  const [origins, batch, retries] = [new CiphertextOrigins(), new BatchDecryption(), new RetryRequests(clock)];
  const resync = new AppStateResync();
  const failed = (error: unknown) => deps.log.warn({ err: error }, 'a message could not be sent again');
  const resends = new Resends(deps.findSent, { nowMs: () => clock.now(), failed });
  const socket = makeWASocket(socketConfig({ ...deps, origins, batch, retries, resync, resends }));
  watchHandshake(socket);
  bundleFrames(socket, () => deps.auth.underway());
  dropUnreadEvents(socket);
  limitQueries(socket, clock);
  guardListeners(socket, (failure) => deps.listenerFailed(failure));
  holdNotifications(socket, (notification) => deps.storing(notification));
  resends.watch(socket);
  const order = new MessageOrder(socket, {
    failed: (error) => deps.stanzaFailed(error),
    handled: (stanza, isEmitted) => {
      retryCounters.handled(stanza);
      if (isEmitted) acknowledgeStray(socket, stanza, deps);
    },
    skipped: (stanza) => deps.skipped(stanza),
    upcoming: (stanzas) => batch.decrypt(stanzas),
  });
  deps.serverProps.watch(socket);

  origins.watch(socket);
  retries.watch(socket);
  slimRetryCaches(socket, clock);
  retryCounters.carryOver(socket);
  takeUnfitStanzas(socket, {
    isGivenUp: (stanza) => retryCounters.isGivenUp(stanza),
    dropped: (stanza) => deps.unfit(stanza),
    failed: (error) => deps.failedHarmlessly(error),
  });
  resync.watch(socket);
  const watchdogs = new Watchdogs({ socket, clock, connectTimeoutMs: settings.connectTimeoutMs, giveUp, note });
  askFirstQuestions({ socket, serverProps: deps.serverProps, logins: deps.logins, clock: watchdogs.clock });
  watchAccount({ socket, resync, clock: deps.clock, emit: deps.news });
  const appState = keepAppState({ socket, resync, logins: deps.logins, clock: watchdogs.clock, note });
  return { socket, version, order, watchdogs, route: deps.route, appState };
}

/** Baileys sent a receipt for this message; if that does not reach its sender, WhatsApp needs an acknowledgement. */
function acknowledgeStray(socket: WASocket, stanza: BinaryNode, deps: Pick<OpenSocketDeps, 'failedHarmlessly'>): void {
  const { me } = socket.authState.creds;
  if (!me || !stanza.attrs.id || !isReceiptStray(stanza.attrs, me)) return;
  socket.sendRawMessage(plainAck(stanza)).catch((error: unknown) => deps.failedHarmlessly(error));
}
