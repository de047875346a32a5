import { type LineActions } from '../../ports/connection-actions.ts';
import { BaileysChats } from './chats.ts';
import { BaileysContacts } from './contacts.ts';
import { BaileysGroups } from './groups.ts';
import { type KnownMessages } from '../receive/known-messages.ts';
import { Queries, type QueriesParts } from './queries.ts';
import { type RecipientLookup } from '../addressing/recipient-lookup.ts';
import { type SessionMemory } from '../connection/session-cache.ts';

/** What the actions of one line are made of. */
export interface ActionsParts extends QueriesParts, Pick<SessionMemory, 'groupCache' | 'allowance'> {
  knownMessages: KnownMessages;
  lookup: RecipientLookup;
}

/** What one line can be asked and told beside sending messages, until it ends. */
export class Actions implements LineActions {
  readonly groups: BaileysGroups;
  readonly contacts: BaileysContacts;
  readonly chats: BaileysChats;
  readonly #queries: Queries;

  constructor(parts: ActionsParts) {
    const queries = new Queries(parts);
    this.#queries = queries;
    this.groups = new BaileysGroups({ ...parts, queries, cache: parts.groupCache });
    this.contacts = new BaileysContacts({ ...parts, queries });
    this.chats = new BaileysChats({ ...parts, queries });
  }

  /** The line is over: nobody waits for an answer any longer. */
  end(): void {
    this.#queries.release();
    this.chats.end();
  }
}
