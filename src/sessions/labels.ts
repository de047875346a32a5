import type { Recipient } from '../domain/address.ts';
import { AppError } from '../domain/errors.ts';
import { aliasOf, type Label, type LabelChange, type LabeledItem, type LabeledPlace } from '../domain/label.ts';
import type { SessionId } from '../domain/session-id.ts';
import type { SessionRecord } from '../domain/session.ts';
import type { ChatStateActions } from '../ports/account-actions.ts';
import type { ConnectionActions } from '../ports/connection-actions.ts';
import type { Connector } from '../ports/connection.ts';
import type { LabeledPage, LabelStore } from '../ports/labels.ts';

/** Dependencies of {@link SessionLabels}. */
export interface SessionLabelsDeps {
  store: LabelStore;
  connector: Pick<Connector, 'personOf'>;
  sessions: {
    /** @throws AppError `session_not_found` */
    view(id: SessionId): Promise<Pick<SessionRecord, 'sessionId'>>;
    /** @throws AppError `session_not_found`, `session_not_connected` */
    connection(id: SessionId): Promise<Pick<ConnectionActions, 'chatStates'>>;
  };
}

/**
 * The labels of WhatsApp Business, for callers. Every method may throw `session_not_found`, those about one label also
 * `label_not_found`, and those that change something what {@link ChatStateActions} throws.
 */
export class SessionLabels {
  readonly #deps: SessionLabelsDeps;
  /** The highest ids that were given here: a label that is just being created is not stored yet. */
  readonly #highest = new Map<SessionId, number>();

  constructor(deps: SessionLabelsDeps) {
    this.#deps = deps;
  }

  /** All labels, in the order of their ids. */
  async list(id: SessionId): Promise<Label[]> {
    const { sessionId } = await this.#deps.sessions.view(id);
    const known = await this.#deps.store.all(sessionId);
    return known.flatMap(({ label }) => label ?? []).toSorted(byId);
  }

  async create(id: SessionId, { name, color }: Pick<Label, 'name' | 'color'>): Promise<Label> {
    const { sessionId } = await this.#deps.sessions.view(id);
    const { chatStates } = await this.#deps.sessions.connection(sessionId);
    const label = { labelId: await this.#nextId(sessionId), name, color, predefinedId: null };
    await chatStates.editLabel(label);
    await this.#learn(sessionId, { what: 'edited', label });
    return label;
  }

  /** Gives a label another name or color. */
  change(id: SessionId, labelId: string, change: Partial<Pick<Label, 'name' | 'color'>>): Promise<Label> {
    return this.#with(id, labelId, async (chatStates, label) => {
      const changed = { ...label, name: change.name ?? label.name, color: change.color ?? label.color };
      await chatStates.editLabel(changed);
      return { result: changed, change: { what: 'edited', label: changed } };
    });
  }

  /** Deletes a label, which takes it off everything. */
  delete(id: SessionId, labelId: string): Promise<void> {
    return this.#with(id, labelId, async (chatStates, label) => {
      await chatStates.deleteLabel(label);
      return { result: undefined, change: { what: 'deleted', labelId } };
    });
  }

  /** Puts a label on a chat, or takes it off. */
  labelChat(id: SessionId, labelId: string, { chat, isOn }: { chat: Recipient; isOn: boolean }): Promise<void> {
    return this.#put(id, labelId, { isOn, change: (chatStates) => chatStates.labelChat(labelId, chat, isOn) });
  }

  /** Puts a label on a message, or takes it off. */
  labelMessage(
    id: SessionId,
    labelId: string,
    { messageId, isOn }: { messageId: string; isOn: boolean },
  ): Promise<void> {
    return this.#put(id, labelId, { isOn, change: (chatStates) => chatStates.labelMessage(labelId, messageId, isOn) });
  }

  /** The chats or messages that have a label. */
  async items(id: SessionId, page: LabeledPage): Promise<LabeledPlace[]> {
    const { store, connector, sessions } = this.#deps;
    const { sessionId } = await sessions.view(id);
    await this.#label(sessionId, page.labelId);
    const items = await store.items(sessionId, page);
    return Promise.all(items.map(async (item) => ({ ...item, ...(await connector.personOf(sessionId, item.chatId)) })));
  }

  /** Puts a label on something, or takes it off. */
  #put(
    id: SessionId,
    labelId: string,
    { isOn, change }: { isOn: boolean; change: (chatStates: ChatStateActions) => Promise<LabeledItem> },
  ): Promise<void> {
    return this.#with(id, labelId, async (chatStates) => {
      const item = await change(chatStates);
      const person = await this.#deps.connector.personOf(id, item.chatId);
      return {
        result: undefined,
        change: { what: 'labeled', item, isOn, alias: aliasOf(item.chatId, person) },
      };
    });
  }

  async #with<Result>(
    id: SessionId,
    labelId: string,
    work: (chatStates: ChatStateActions, label: Label) => Promise<{ result: Result; change: LabelChange }>,
  ): Promise<Result> {
    const { sessionId } = await this.#deps.sessions.view(id);
    const label = await this.#label(sessionId, labelId);
    const { chatStates } = await this.#deps.sessions.connection(sessionId);
    const { result, change } = await work(chatStates, label);
    await this.#learn(sessionId, change);
    return result;
  }

  async #label(sessionId: SessionId, labelId: string): Promise<Label> {
    const known = await this.#deps.store.all(sessionId);
    const label = known.find((each) => each.labelId === labelId)?.label;
    if (!label) throw new AppError('label_not_found');
    return label;
  }

  /** As WhatsApp's clients do: one above the highest, so that a deleted label does not come back. */
  async #nextId(sessionId: SessionId): Promise<string> {
    const known = await this.#deps.store.all(sessionId);
    const ids = known.map(({ labelId }) => Number(labelId)).filter((labelId) => labelId > 0 && labelId < MAX_ID);
    const next = Math.floor(Math.max(0, this.#highest.get(sessionId) ?? 0, ...ids)) + 1;
    this.#highest.set(sessionId, next);
    return String(next);
  }

  async #learn(sessionId: SessionId, change: LabelChange): Promise<void> {
    await this.#deps.store.learn(sessionId, { changes: [change], isWhole: false });
  }
}

const MAX_ID = 2 ** 31 - 1;

function byId({ labelId: one }: Label, { labelId: other }: Label): number {
  return Number(one) - Number(other) || (one < other ? -1 : 1);
}
