import type { BinaryNode, ConnectionState, WAMessage, WASocket } from '@whiskeysockets/baileys';
import type { ConnectionEvent } from '../../ports/connection.ts';
import { identityOf } from '../addressing/jid.ts';
import { tapEvents } from '../baileys/event-tap.ts';
import { checkPairing, takeOffers } from '../pairing/pairing-check.ts';
import { handlePairingRefresh } from '../pairing/pairing-refresh.ts';
import type { QrOffer } from '../pairing/qr-offer.ts';
import { isSpare, QrsOverError } from '../pairing/spare-refs.ts';
import type { GroupCache } from '../query/group-cache.ts';
import { groupTaps, noteStub } from '../query/group-events.ts';
import { boundedText } from '../query/read-profile.ts';
import { takeGroupTimers } from '../receive/chat-timers.ts';
import { groupReceipts, personReceipts } from '../receive/receipts.ts';

/** WhatsApp allows 25 characters; some of them are many UTF-16 units. */
const MAX_NAME = 200;

/** The events of a socket, in its order. Some are passed on as they are; the others need work first. */
export type SocketEvent =
  | Extract<ConnectionEvent, { kind: 'qr' | 'paired' | 'open' | 'own-name' | 'delivery' }>
  /** Emitted when the credentials changed and must be stored now. */
  | { kind: 'credentials-changed' }
  /** Emitted when Baileys passes on a message. `appended` ones had waited at WhatsApp. */
  | { kind: 'message-received'; message: WAMessage; appended: boolean }
  /** Emitted when WhatsApp acknowledged or refused a message that we sent. */
  | { kind: 'acknowledged'; node: BinaryNode }
  /** Emitted when WhatsApp says whether the account may start conversations. */
  | { kind: 'restriction'; lock: NonNullable<ConnectionState['reachoutTimeLock']> }
  /** Emitted when Baileys has closed the socket. */
  | { kind: 'socket-closed'; error: unknown }
  /** Emitted when a pairing is not genuine, or nobody scanned a QR: the connection must end. */
  | { kind: 'pairing-refused'; error: Error }
  /** Emitted when WhatsApp said something unusable, or an answer to it could not be sent; the connection goes on. */
  | { kind: 'failed'; error: unknown };

/** Dependencies of {@link emitSocketEvents}. */
export interface SocketEventsDeps {
  socket: WASocket;
  offer: QrOffer;
  /** Updated at once with what WhatsApp announces about groups. */
  groups: GroupCache;
  /** Runs inside Baileys and must not throw. */
  emit: (event: SocketEvent) => void;
}

/** Emits the events and stanzas of a socket. Call it right after the socket is made. */
export function emitSocketEvents({ socket, offer, groups, emit }: SocketEventsDeps): void {
  tapEvents(socket, {
    ...groupTaps(groups),
    'creds.update': ({ me }) => {
      emit({ kind: 'credentials-changed' });
      if (me?.name !== undefined) emitOwnName(me.name, emit);
    },
    'connection.update': ({ qr, isNewLogin, connection, lastDisconnect, reachoutTimeLock }) => {
      if (qr !== undefined) showQr(offer, qr, emit);
      if (isNewLogin) {
        offer.scanned();
        emit(loggedIn(socket, 'paired'));
      }
      if (reachoutTimeLock) emit({ kind: 'restriction', lock: reachoutTimeLock });
      if (connection === 'open') {
        emit(loggedIn(socket, 'open'));
        emitOwnName(socket.authState.creds.me?.name, emit);
      }
      if (connection === 'close') emit({ kind: 'socket-closed', error: lastDisconnect?.error });
    },
    // `append` is what had waited at WhatsApp while the session was away, and as much a message as any other.
    'messages.upsert': ({ messages, type }) => {
      for (const message of messages) {
        noteStub(message, groups);
        emit({ kind: 'message-received', message, appended: type === 'append' });
      }
    },
    'messages.update': (updates) => personReceipts(updates).forEach((update) => emit({ kind: 'delivery', update })),
    'message-receipt.update': (updates) =>
      groupReceipts(updates).forEach((update) => emit({ kind: 'delivery', update })),
  });
  socket.ws.on('CB:ack,class:message', (node: BinaryNode) => emit({ kind: 'acknowledged', node }));
  takeGroupTimers(socket, {
    groups,
    changed: (message, appended) => emit({ kind: 'message-received', message, appended }),
  });
  takeOffers(socket);
  checkPairing(socket, (error) => emit({ kind: 'pairing-refused', error }));
  const reshow = () => {
    const code = offer.reshown();
    if (code) emit({ kind: 'qr', qr: code });
  };
  handlePairingRefresh(socket, reshow, (error) => emit({ kind: 'failed', error }));
}

/** Whoever has the phone chooses it, and it is unknown at first. */
function emitOwnName(name: unknown, emit: SocketEventsDeps['emit']): void {
  const bounded = boundedText(name, MAX_NAME);
  if (bounded !== null) emit({ kind: 'own-name', name: bounded });
}

function showQr(offer: QrOffer, text: string, emit: SocketEventsDeps['emit']): void {
  if (isSpare(text)) {
    if (!offer.isScanned) emit({ kind: 'pairing-refused', error: new QrsOverError() });
    return;
  }
  const qr = offer.shown(text);
  if (qr) emit({ kind: 'qr', qr });
}

/** Read from the live credentials: `socket.user` is a snapshot from when the socket was created, and empty while it pairs. */
function loggedIn({ authState }: WASocket, kind: 'paired' | 'open'): SocketEvent {
  const identity = identityOf(authState.creds.me?.id ?? '');
  if (identity) return { kind, identity };
  return { kind: 'failed', error: new Error('WhatsApp logged us in without a phone number') };
}
