import { type BinaryNode, type ConnectionState, type WAMessage, type WASocket } from '@whiskeysockets/baileys';
import { type DeliveryUpdate } from '../../domain/message.ts';
import { type AccountIdentity, type QrCode } from '../../domain/session.ts';
import { groupReceipts, personReceipts } from '../receive/receipts.ts';
import { tapEvents } from '../baileys/event-tap.ts';
import { type GroupCache } from '../query/group-cache.ts';
import { groupTaps, noteStub } from '../query/group-events.ts';
import { identityOf } from '../addressing/jid.ts';
import { checkPairing } from '../pairing/pairing-check.ts';
import { handlePairingRefresh } from '../pairing/pairing-refresh.ts';
import { type QrOffer } from '../pairing/qr-offer.ts';

/** What a socket says, in the order in which it says it. Handlers run inside Baileys and must not throw. */
export interface SocketEventHandlers {
  /** The credentials changed and must be stored now. */
  credentialsChanged: () => void;
  qr: (qr: QrCode) => void;
  paired: (identity: AccountIdentity) => void;
  open: (identity: AccountIdentity) => void;
  message: (message: WAMessage, offline: boolean) => void;
  acknowledged: (node: BinaryNode) => void;
  delivery: (update: DeliveryUpdate) => void;
  /** WhatsApp told whether the account may begin conversations. */
  restriction: (lock: NonNullable<ConnectionState['reachoutTimeLock']>) => void;
  /** What WhatsApp tells of groups goes there at once. */
  groups: GroupCache;
  closed: (error: unknown) => void;
  /** The pairing is not genuine: the line must end. */
  refused: (error: Error) => void;
  /** An answer to WhatsApp could not be sent. */
  failed: (error: unknown) => void;
}

/** Connects a socket's events and stanzas to the handlers. To be called right after the socket is made. */
export function wireSocket(socket: WASocket, offer: QrOffer, handlers: SocketEventHandlers): void {
  tapEvents(socket, {
    ...groupTaps(handlers.groups),
    'creds.update': () => handlers.credentialsChanged(),
    'connection.update': (update) => {
      const { qr, isNewLogin, connection, lastDisconnect, reachoutTimeLock } = update;
      const code = qr === undefined ? undefined : offer.shown(qr);
      if (code) handlers.qr(code);
      if (isNewLogin) {
        offer.scanned();
        loggedIn(socket, handlers.paired, handlers);
      }
      if (reachoutTimeLock) handlers.restriction(reachoutTimeLock);
      if (connection === 'open') loggedIn(socket, handlers.open, handlers);
      if (connection === 'close') handlers.closed(lastDisconnect?.error);
    },
    // `append` is what had waited at WhatsApp while we were away, and as much a message as any other.
    'messages.upsert': ({ messages, type }) => {
      for (const message of messages) {
        noteStub(message, handlers.groups);
        handlers.message(message, type === 'append');
      }
    },
    'messages.update': (updates) => personReceipts(updates).forEach(handlers.delivery),
    'message-receipt.update': (updates) => groupReceipts(updates).forEach(handlers.delivery),
  });
  socket.ws.on('CB:ack,class:message', (node: BinaryNode) => handlers.acknowledged(node));
  checkPairing(socket, handlers.refused);
  handlePairingRefresh(socket, () => reshow(offer, handlers), handlers.failed);
}

/** `socket.user` is how it was when the socket was made: on a line that is being paired, nobody. */
function loggedIn(socket: WASocket, tell: (identity: AccountIdentity) => void, handlers: SocketEventHandlers): void {
  const identity = identityOf(socket.authState.creds.me?.id ?? '');
  if (identity) tell(identity);
  else handlers.failed(new Error('WhatsApp logged us in without a phone number'));
}

function reshow(offer: QrOffer, handlers: SocketEventHandlers): void {
  const code = offer.reshown();
  if (code) handlers.qr(code);
}
