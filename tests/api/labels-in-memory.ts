import type { KnownLabel, Label, LabeledItem, LabelNews } from '../../src/domain/label.ts';
import type { SessionId } from '../../src/domain/session-id.ts';
import type { LabeledPage, LabelStore } from '../../src/ports/labels.ts';
import { SessionLabels, type SessionLabelsDeps } from '../../src/sessions/labels.ts';
import { CONTACT } from './connection-in-memory.ts';

/** A label of the account. */
export const LABEL: Label = { labelId: '7', name: 'Pagado', color: 3, predefinedId: null };

/** Labels of one account, of which a chat and a message of the contact have {@link LABEL}. */
class LabelsInMemory implements LabelStore {
  readonly #labels = new Map<string, KnownLabel>([['7', { labelId: '7', label: LABEL }]]);
  readonly #items: LabeledItem[] = [
    { labelId: '7', chatId: CONTACT.jid, messageId: null },
    { labelId: '7', chatId: CONTACT.jid, messageId: '3EB0A' },
  ];

  learn(_: SessionId, { changes }: LabelNews): Promise<ReadonlySet<string>> {
    for (const change of changes) {
      if (change.what === 'edited') this.#labels.set(change.label.labelId, { ...change.label, ...change });
      if (change.what === 'deleted') this.#labels.set(change.labelId, { labelId: change.labelId, label: null });
    }
    return Promise.resolve(new Set());
  }

  all(): Promise<KnownLabel[]> {
    return Promise.resolve([...this.#labels.values()]);
  }

  items(_: SessionId, { of, after, limit }: LabeledPage): Promise<LabeledItem[]> {
    const all = this.#items.filter(({ messageId }) => (messageId === null) === (of === 'chats'));
    return Promise.resolve(after ? [] : all.slice(0, limit));
  }
}

/** The labels of these sessions. */
export function labelsInMemory(sessions: SessionLabelsDeps['sessions']): SessionLabels {
  const personOf = () => Promise.resolve({ number: CONTACT.number, lid: CONTACT.lid });
  return new SessionLabels({ store: new LabelsInMemory(), connector: { personOf }, sessions });
}
