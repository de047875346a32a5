import { inPieces } from '../../kit/in-pieces.ts';
import { numberVariants, type PhoneNumber, type Recipient, recipientText } from '../../domain/address.ts';
import type { SessionId } from '../../domain/session-id.ts';
import type { SessionRecord } from '../../domain/session.ts';
import type { Connector } from '../../ports/connection.ts';
import type { DraftStore } from '../../ports/drafts.ts';
import type { ForgottenRows, PeopleStore } from '../../ports/people.ts';
import type { ScheduledMessageStore } from '../../ports/scheduled.ts';
import type { SentMessageStore } from '../../ports/storage.ts';
import { namesOf } from './names.ts';

/** So many sessions are looked at together. */
const SESSIONS_AT_ONCE = 50;
const PAGE = 200;
/** A number leads to a LID, and that perhaps to another form of the number. */
const MAX_ROUNDS = 3;

/** Whom a message that has not left is for: a recipient, or whoever got the message that it refers to. */
export interface Addressee {
  to: Recipient | null;
  refersTo: string | null;
}

/** The dependencies of {@link ForgetPerson}. */
export interface ForgetPersonDeps {
  store: PeopleStore;
  scheduled: Pick<ScheduledMessageStore, 'of'>;
  drafts: Pick<DraftStore, 'list' | 'remove'>;
  sent: Pick<SentMessageStore, 'find'>;
  connector: Pick<Connector, 'personOf'>;
  sessions: {
    /** All of them, also those of other nodes. */
    list(): Promise<SessionRecord[]>;
    /** @throws AppError `session_not_found` */
    view(id: SessionId): Promise<SessionRecord>;
  };
  /** Reads the stored JSON. */
  addressees: { ofScheduled(body: string): Addressee; ofDraft(message: string): Addressee };
}

/** What was removed of a person. */
export interface Forgotten extends ForgottenRows {
  /** Scheduled messages to them, also those that were settled. */
  scheduled: number;
  /** Drafts to them. */
  drafts: number;
}

/** Removes what is stored of a person, under every number and LID that any of the sessions concerned knows. */
export class ForgetPerson {
  readonly #deps: ForgetPersonDeps;

  constructor(deps: ForgetPersonDeps) {
    this.#deps = deps;
  }

  /** In one session. @throws AppError `session_not_found` */
  async in(id: SessionId, person: Recipient): Promise<Forgotten> {
    const { sessionId } = await this.#deps.sessions.view(id);
    return this.#forget([sessionId], person);
  }

  /** In all sessions, whichever node has them. Returns also how many they are. */
  async everywhere(person: Recipient): Promise<Forgotten & { sessions: number }> {
    const sessionIds = (await this.#deps.sessions.list()).map(({ sessionId }) => sessionId);
    return { sessions: sessionIds.length, ...(await this.#forget(sessionIds, person)) };
  }

  async #forget(sessionIds: readonly SessionId[], person: Recipient): Promise<Forgotten> {
    await this.#deps.store.makeReadable(sessionIds);
    const names = await this.#namesOf(sessionIds, person);
    const total: Forgotten = { messages: 0, sent: 0, others: 0, scheduled: 0, drafts: 0 };
    for (const some of inPieces(sessionIds, SESSIONS_AT_ONCE)) {
      // First what may still be sent: what it refers to is found by the messages that were.
      const waiting = await Promise.all(some.map((sessionId) => this.#removeScheduled(sessionId, names)));
      total.scheduled += waiting.reduce((sum, count) => sum + count, 0);
      total.drafts += await this.#removeDrafts(some, names);
      const { messages, sent, others } = await this.#deps.store.forget(some, [...names]);
      total.messages += messages;
      total.sent += sent;
      total.others += others;
    }
    return total;
  }

  /** One session may know the LID of a number that another one has messages of. */
  async #namesOf(sessionIds: readonly SessionId[], person: Recipient): Promise<Set<string>> {
    const names = new Set(namesOfRecipient(person));
    let asked = [person];
    for (let round = 0; round < MAX_ROUNDS && asked.length > 0; round += 1) {
      const found = new Set<string>();
      for (const some of inPieces(sessionIds, SESSIONS_AT_ONCE)) {
        const each = some.flatMap((sessionId) => asked.map((who) => this.#namesIn(sessionId, who)));
        for (const name of (await Promise.all(each)).flat()) found.add(name);
      }
      const added = [...found].filter((name) => !names.has(name));
      for (const name of added) names.add(name);
      asked = added.map(recipientOf).filter((who) => recipientText(who) !== recipientText(person));
    }
    return names;
  }

  #namesIn(sessionId: SessionId, who: Recipient): Promise<string[]> {
    return namesOf(who, (jid) => this.#deps.connector.personOf(sessionId, jid));
  }

  async #removeScheduled(sessionId: SessionId, names: ReadonlySet<string>): Promise<number> {
    const { scheduled, store, addressees } = this.#deps;
    let [removed, after] = [0, 0];
    for (;;) {
      const page = await scheduled.of(sessionId, { after, limit: PAGE });
      const last = page.at(-1);
      if (!last) return removed;
      after = last.id;
      const theirs: string[] = [];
      for (const { messageId, body } of page) {
        if (await this.#isFor(sessionId, addressees.ofScheduled(body), names)) theirs.push(messageId);
      }
      if (theirs.length > 0) removed += await store.removeScheduled(sessionId, theirs);
    }
  }

  async #removeDrafts(sessions: readonly SessionId[], names: ReadonlySet<string>): Promise<number> {
    const { drafts, addressees } = this.#deps;
    let [removed, sinceMs] = [0, 0];
    for (;;) {
      const page = await drafts.list({ sessions, sinceMs }, PAGE);
      const theirs: string[] = [];
      for (const { id, sessionId, message } of page) {
        if (await this.#isFor(sessionId, addressees.ofDraft(message), names)) theirs.push(id);
      }
      if (theirs.length > 0) removed += await drafts.remove(theirs);
      // Others may have been written at the same moment as the last one.
      const nextMs = (page.at(-1)?.createdAtMs ?? 0) - 1;
      if (page.length < PAGE || nextMs <= sinceMs) return removed;
      sinceMs = nextMs;
    }
  }

  async #isFor(sessionId: SessionId, { to, refersTo }: Addressee, names: ReadonlySet<string>): Promise<boolean> {
    if (to) return namesOfRecipient(to).some((name) => names.has(name));
    const sent = refersTo === null ? undefined : await this.#deps.sent.find(sessionId, refersTo);
    return sent !== undefined && [sent.to, sent.toNumber ?? ''].some((name) => names.has(nameIn(name)));
  }
}

function recipientOf(name: string): Recipient {
  return name.includes('@') ? { kind: 'jid', jid: name } : { kind: 'number', number: name as PhoneNumber };
}

/** The names under which a recipient may be known; none for a group. */
function namesOfRecipient(to: Recipient): string[] {
  if (to.kind === 'jid' && to.jid.endsWith('@g.us')) return [];
  return to.kind === 'jid' ? [nameIn(to.jid)] : numberVariants(to.number);
}

/** The number of its address, or the LID. */
function nameIn(address: string): string {
  return address.replace(/@s\.whatsapp\.net$/, '');
}
