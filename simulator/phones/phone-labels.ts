import type { Setting } from '../app-state/mutation.ts';
import type { Chat, PhoneAppState } from './phone-app-state.ts';

/** A label as WhatsApp Business shows it. */
export interface ShownLabel {
  id: string;
  name: string;
  color: number;
}

/** The collection and the version of everything about labels. */
const WHERE = { collection: 'regular', version: 3 } as const;

/** The labels of WhatsApp Business on one phone. It shares them with its linked devices, and has what those change. */
export class PhoneLabels {
  readonly #appState: PhoneAppState;

  constructor(appState: PhoneAppState) {
    this.#appState = appState;
  }

  /** The labels that there are, in the order of their ids. */
  get all(): ShownLabel[] {
    const shown = this.#settings('label_edit').flatMap(({ index: [, id = ''], value: { labelEditAction: label } }) =>
      !label || label.deleted ? [] : [{ id, name: label.name ?? '', color: label.color ?? 0 }],
    );
    return shown.sort((one, other) => Number(one.id) - Number(other.id));
  }

  /** What has a label: the addresses of chats, and `chat/message` for messages. */
  on(id: string): string[] {
    if (!this.all.some((label) => label.id === id)) return [];
    const settings = [...this.#settings('label_jid'), ...this.#settings('label_message')];
    const those = settings.filter(({ index, value }) => index[1] === id && value.labelAssociationAction?.labeled);
    return those.map(({ index: [, , chat = '', message] }) => (message === undefined ? chat : `${chat}/${message}`));
  }

  /** Creates a label, or gives the one with this id another name or color. */
  async edit({ id, name, color }: ShownLabel): Promise<void> {
    await this.#set(['label_edit', id], { labelEditAction: { name, color, deleted: false } });
  }

  /** Deletes a label. */
  async delete(id: string): Promise<void> {
    const { name = '', color = 0 } = this.all.find((label) => label.id === id) ?? {};
    await this.#set(['label_edit', id], { labelEditAction: { name, color, deleted: true } });
  }

  /** Puts a label on a chat, or on a message in it, or takes it off. */
  async label(id: string, chat: Chat, { message, labeled = true }: { message?: string; labeled?: boolean } = {}) {
    const jid = typeof chat === 'string' ? chat : chat.jid;
    const index = message === undefined ? ['label_jid', id, jid] : ['label_message', id, jid, message, '0', '0'];
    await this.#set(index, { labelAssociationAction: { labeled } });
  }

  async #set(index: readonly string[], value: Setting['value']): Promise<void> {
    await this.#appState.set(WHERE.collection, { index, value, version: WHERE.version });
  }

  #settings(kind: string): Setting[] {
    return this.#appState.read(WHERE.collection).filter(({ index }) => index[0] === kind);
  }
}
