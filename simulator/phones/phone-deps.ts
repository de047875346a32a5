import type { Changes } from '../kit/changes.ts';
import type { Counters } from '../kit/counters.ts';
import { Serial } from '../kit/serial.ts';
import type { Stanza } from '../kit/stanza.ts';
import type { CodeDesk } from '../pairing/code-desk.ts';
import type { MediaStore } from '../media/media-store.ts';
import { companionIdentity } from '../pairing/device-identity.ts';
import type { PairingDesk } from '../pairing/pairing-desk.ts';
import type { Account } from '../world/account.ts';
import type { Addressing } from '../world/address.ts';
import type { Directory } from '../world/directory.ts';
import type { Channel } from '../world/channel.ts';
import type { GroupDesk } from '../world/group-desk.ts';
import type { GroupSettingsDesk } from '../world/group-settings-desk.ts';
import type { PresenceLog } from '../world/presence-log.ts';
import type { PrivacyDesk } from '../world/privacy-desk.ts';
import type { TrustBook } from '../world/trust-book.ts';
import { Inbox } from './inbox.ts';
import { MessageBook } from './message-book.ts';
import { PhoneDevice } from './phone-device.ts';
import { PhoneKeys } from './phone-keys.ts';
import { PhoneMedia } from './phone-media.ts';
import { ReceiptBook } from './receipt-book.ts';
import { SenderKeys } from './sender-keys.ts';
import { SignalSessions } from './signal-sessions.ts';
import { TimerBook } from './timer-book.ts';

/** Dependencies shared by all phones of one server. */
export interface PhoneWorld {
  readonly directory: Directory;
  readonly desk: PairingDesk;
  readonly codes: CodeDesk;
  readonly changes: Changes;
  readonly counters: Counters;
  readonly groups: GroupDesk;
  readonly channels: Channel[];
  readonly groupSettings: GroupSettingsDesk;
  readonly presences: PresenceLog;
  readonly privacy: PrivacyDesk;
  readonly trust: TrustBook;
  /** The addressing of 1:1 messages unless a message specifies its own. */
  readonly addressing: Addressing;
  readonly media: MediaStore;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** Reports a failure that nobody awaits. */
  readonly failed: (error: unknown) => void;
}

/** The state and dependencies of one phone or companion. */
export interface PhoneDeps {
  readonly world: PhoneWorld;
  readonly account: Account;
  readonly device: PhoneDevice;
  readonly keys: PhoneKeys;
  readonly sessions: SignalSessions;
  readonly senderKeys: SenderKeys;
  /** Serializes all work with sessions and sender keys. */
  readonly work: Serial;
  readonly inbox: Inbox;
  readonly receipts: ReceiptBook;
  readonly known: MessageBook;
  readonly timers: TimerBook;
  readonly media: PhoneMedia;
}

/** Creates the dependencies of a phone (`device` 0) or companion; `receive` gets the stanzas delivered to it. */
export function createPhoneDeps(
  world: PhoneWorld,
  { account, device: id, receive }: { account: Account; device: number; receive: (stanza: Stanza) => void },
): PhoneDeps {
  const name = id === 0 ? account.number : `${account.number}:${id}`;
  const keys = new PhoneKeys();
  const identify = (): Uint8Array | undefined => {
    const phoneIdentity = id === 0 ? undefined : account.signer?.identity;
    const facts = { companionIdentity: keys.identity, rawId: account.rawId, keyIndex: id };
    return phoneIdentity && companionIdentity({ phoneIdentity, ...facts });
  };
  const device = new PhoneDevice({ owner: account, device: id, keys, receive, identify });
  return {
    world,
    account,
    keys,
    device,
    sessions: new SignalSessions(name, keys),
    senderKeys: new SenderKeys(device),
    work: new Serial(),
    inbox: new Inbox(name, world.changes),
    receipts: new ReceiptBook(world.changes),
    known: new MessageBook(),
    timers: new TimerBook(account),
    media: new PhoneMedia(account.number, world),
  };
}
