import { type Changes } from '../kit/changes.ts';
import { type Counters } from '../kit/counters.ts';
import { type Serial } from '../kit/serial.ts';
import { type CodeDesk } from '../pairing/code-desk.ts';
import { type MediaStore } from '../media/media-store.ts';
import { type PairingDesk } from '../pairing/pairing-desk.ts';
import { type Account } from '../world/account.ts';
import { type Addressing } from '../world/address.ts';
import { type Directory } from '../world/directory.ts';
import { type GroupDesk } from '../world/group-desk.ts';
import { type PresenceLog } from '../world/presence-log.ts';
import { type Inbox } from './inbox.ts';
import { type PhoneDevice } from './phone-device.ts';
import { type PhoneKeys } from './phone-keys.ts';
import { type PollBook } from './poll-book.ts';
import { type PhoneMedia } from './phone-media.ts';
import { type ReceiptBook } from './receipt-book.ts';
import { type SenderKeys } from './sender-keys.ts';
import { type SignalSessions } from './signal-sessions.ts';

/** What all phones of a server share. */
export interface PhoneWorld {
  readonly directory: Directory;
  readonly desk: PairingDesk;
  readonly codes: CodeDesk;
  readonly changes: Changes;
  readonly counters: Counters;
  readonly groups: GroupDesk;
  readonly presences: PresenceLog;
  /** How 1:1 messages are addressed unless a message says otherwise. */
  readonly addressing: Addressing;
  readonly media: MediaStore;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** Takes a failure that nobody waits for. */
  readonly failed: (error: unknown) => void;
}

/** What one phone is made of. */
export interface PhoneParts {
  readonly world: PhoneWorld;
  readonly account: Account;
  readonly device: PhoneDevice;
  readonly keys: PhoneKeys;
  readonly sessions: SignalSessions;
  readonly senderKeys: SenderKeys;
  /** Everything that uses the sessions and sender keys runs here. */
  readonly work: Serial;
  readonly inbox: Inbox;
  readonly receipts: ReceiptBook;
  readonly polls: PollBook;
  readonly media: PhoneMedia;
}
