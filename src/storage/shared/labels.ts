import type { KnownLabel, Label, LabelChange, LabeledItem } from '../../domain/label.ts';

/** How many labels are kept for each session, deleted ones included; WhatsApp's own limit is 20. */
export const MAX_LABELS = 1_000;
/** How many chats and messages with labels are kept for each session. */
export const MAX_LABELED = 20_000;

/** What is stored of a label; nothing for a deleted one. */
type LabelBody = Omit<Label, 'labelId'>;

/** What changes leave behind: the last word on each label, and on each chat or message with one. */
export interface LabelWrites {
  labels: KnownLabel[];
  added: LabeledItem[];
  removed: LabeledItem[];
}

/** What of these changes is to be written. */
export function writesOf(changes: readonly LabelChange[]): LabelWrites {
  const labels = new Map<string, KnownLabel>();
  const items = new Map<string, Labeled>();
  for (const change of changes) {
    if (change.what === 'labeled') noteItem(items, change);
    else if (change.what === 'deleted') labels.set(change.labelId, { labelId: change.labelId, label: null });
    else labels.set(change.label.labelId, { labelId: change.label.labelId, label: change.label });
  }
  const all = [...items.values()];
  const those = (isOn: boolean) => all.filter((each) => each.isOn === isOn).map(({ item }) => item);
  return { labels: [...labels.values()], added: those(true), removed: those(false) };
}

type Labeled = Pick<Extract<LabelChange, { what: 'labeled' }>, 'item' | 'isOn' | 'alias'>;

/** A chat is known by one address: that by which it was labeled last. */
function noteItem(items: Map<string, Labeled>, { item, isOn, alias }: Labeled): void {
  if (alias !== undefined) {
    const other = { ...item, chatId: alias };
    items.set(nameOf(other), { item: other, isOn: false });
  }
  items.set(nameOf(item), { item, isOn });
}

/** A label as it is stored; `null` for a deleted one. */
export function bodyOf({ label }: KnownLabel): string | null {
  if (label === null) return null;
  const { name, color, predefinedId } = label;
  return JSON.stringify({ name, color, predefinedId } satisfies LabelBody);
}

/** The reverse of {@link bodyOf}. */
export function labelOf(labelId: string, body: string | null): KnownLabel {
  return { labelId, label: body === null ? null : { labelId, ...(JSON.parse(body) as LabelBody) } };
}

/** How the id of a message is stored: empty for the chat itself. */
export const messageOf = (messageId: string | null): string => messageId ?? '';

/** The reverse of {@link messageOf}. */
export const messageIdOf = (stored: string): string | null => (stored === '' ? null : stored);

function nameOf({ labelId, chatId, messageId }: LabeledItem): string {
  return JSON.stringify([labelId, chatId, messageId]);
}
