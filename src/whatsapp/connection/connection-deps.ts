import type { PhoneNumber } from '../../domain/address.ts';
import type { ChatTimer } from '../../domain/chat.ts';
import type { SessionId } from '../../domain/session-id.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Logger } from '../../kit/logger.ts';
import type { ConnectionEventHandler } from '../../ports/connection.ts';
import type { RecipientLookup } from '../addressing/recipient-lookup.ts';
import type { LibraryDownloads } from '../baileys/library-downloads.ts';
import type { UploadDeps } from '../media/upload.ts';
import type { History, HistoryDeps } from '../history/history.ts';
import type { KnownMessages } from '../receive/known-messages.ts';
import type { Route } from '../proxy/routes.ts';
import type { CodeOffer } from '../pairing/pairing-code.ts';
import type { AccountStanding } from '../send/account-standing.ts';
import type { PasskeyPairing } from '../pairing/passkey-pairing.ts';
import type { Restriction } from '../send/restriction.ts';
import type { SecondAddress } from '../send/second-address.ts';
import type { SendDeps } from '../send/send.ts';
import type { WhatsAppSettings } from '../settings.ts';
import type { AuthListener, ConnectionAuth } from '../signal/auth-state.ts';
import type { ClientVersion } from './client-version.ts';
import type { Logins } from './logins.ts';
import type { CallNotices } from '../receive/call-notices.ts';
import type { MessageReceiver } from './message-receiver.ts';
import type { OpenSocket } from './open-socket.ts';
import type { SessionCache } from './session-cache.ts';
import type { FindSent } from '../send/resends.ts';

/** What a connection consists of once it has a socket. */
export interface OpenConnection extends OpenSocket {
  auth: ConnectionAuth;
  sending: SendDeps;
  receiver: MessageReceiver;
  callNotices: CallNotices;
  history: History;
  restriction: Restriction;
  secondAddress: SecondAddress;
  standing: AccountStanding;
  codeOffer: CodeOffer | undefined;
  passkey: PasskeyPairing;
}

/** Dependencies of a connection. */
export interface ConnectionDeps extends SessionCache {
  sessionId: SessionId;
  settings: WhatsAppSettings;
  loadAuth: (listener: AuthListener) => Promise<ConnectionAuth>;
  /** How it reaches WhatsApp. */
  route: () => Promise<Route>;
  findSent: FindSent;
  clientVersion: ClientVersion;
  downloads: LibraryDownloads;
  /** How the phone's history is read. */
  histories: Pick<HistoryDeps, 'host' | 'places'>;
  keepsSince: HistoryDeps['keepsSince'];
  /** The messages that an outgoing message may refer to. */
  knownMessages: KnownMessages;
  /** Returns the LIDs that webhooks named without a phone number. */
  awaitedNumbers: () => Promise<string[]>;
  /** Returns the disappearing timer that was last named in the chat with these names. */
  timerOf: (names: readonly string[]) => Promise<ChatTimer | undefined>;
  lookup: RecipientLookup;
  uploads: Pick<UploadDeps, 'mediaHost' | 'semaphore' | 'metrics'>;
  onEvent: ConnectionEventHandler;
  /** Those of all sessions. */
  logins: Pick<Logins, 'over'>;
  /** The number to pair with by typing a code; `undefined` for a QR, or when no pairing is needed. */
  codeFor: PhoneNumber | undefined;
  clock: Clock;
  log: Logger;
}
