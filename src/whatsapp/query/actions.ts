import type { ConnectionActions } from '../../ports/connection-actions.ts';
import type { LearnedName } from '../../domain/person.ts';
import type { AppStateChanges } from '../baileys/app-state-changes.ts';
import { BaileysCalls, type CallsDeps } from './calls.ts';
import { BaileysChannels, type ChannelsDeps } from './channels.ts';
import { BaileysChats } from './chats.ts';
import { BaileysChatStates } from './chat-states.ts';
import { BaileysContacts } from './contacts.ts';
import { BaileysGroups } from './groups.ts';
import type { JoinRequestsDeps } from './join-requests.ts';
import { BaileysProfile } from './own-profile.ts';
import { BaileysPeople } from './people.ts';
import type { KnownMessages } from '../receive/known-messages.ts';
import { Queries, type QueriesDeps } from './queries.ts';
import type { RecipientLookup } from '../addressing/recipient-lookup.ts';
import type { WireAddresses } from '../addressing/wire-address.ts';
import type { TokenBucket } from '../../kit/token-bucket.ts';
import type { GroupCache } from './group-cache.ts';

/** Dependencies of {@link Actions}. */
export interface ActionsDeps extends QueriesDeps, Omit<CallsDeps, 'queries'> {
  groupCache: GroupCache;
  changing: ChannelsDeps['changing'];
  /** How many more unknown numbers the session may look up. */
  allowance: TokenBucket;
  knownMessages: KnownMessages;
  lookup: RecipientLookup;
  addresses: WireAddresses;
  /** @throws AppError `session_not_connected` */
  appState: () => AppStateChanges;
  waiting: JoinRequestsDeps['waiting'];
  /** Names in the address book changed. */
  named: (names: readonly LearnedName[]) => void;
}

/** What one connection can do besides sending messages, until it ends. */
export class Actions implements ConnectionActions {
  readonly groups: BaileysGroups;
  readonly contacts: BaileysContacts;
  readonly chats: BaileysChats;
  readonly calls: BaileysCalls;
  readonly channels: BaileysChannels;
  readonly chatStates: BaileysChatStates;
  readonly people: BaileysPeople;
  readonly profile: BaileysProfile;
  /** For what is no action of its own. */
  readonly queries: Queries;

  constructor(deps: ActionsDeps) {
    const queries = new Queries(deps);
    this.queries = queries;
    this.groups = new BaileysGroups({ ...deps, queries, cache: deps.groupCache });
    // One object for all who keep it: each is 0.3 kB of every idle session.
    const needs = { ...deps, queries, groups: this.groups };
    this.contacts = new BaileysContacts(needs);
    this.chats = new BaileysChats(needs);
    this.calls = new BaileysCalls(needs);
    this.channels = new BaileysChannels(needs);
    this.chatStates = new BaileysChatStates(needs);
    this.people = new BaileysPeople(needs);
    this.profile = new BaileysProfile(needs);
  }

  /** Ends everything that still waits for an answer. Call it when the connection is over. */
  end(): void {
    this.queries.release();
    this.chats.end();
  }
}
