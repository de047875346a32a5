import { extractMessageContent, type proto } from '@whiskeysockets/baileys';

import { childOf, childrenOf, type Stanza } from '../kit/stanza.ts';

/** A button as a phone shows it. */
export interface ShownButton {
  /** `quick_reply`, `cta_url`, `cta_copy`, `cta_call`, … */
  readonly kind: string;
  readonly text: string;
  /** What answers name it by; the address, code or number of the other kinds. */
  readonly value: string;
}

/** A row of a list as a phone shows it. */
interface ShownRow {
  readonly id: string;
  readonly title: string;
  readonly description: string;
}

/** A message with buttons or a list, as a phone shows it. */
export interface ShownInteractive {
  readonly header: string;
  readonly text: string;
  readonly footer: string;
  readonly buttons: readonly ShownButton[];
  /** The rows of its list, of all sections. */
  readonly rows: readonly ShownRow[];
}

type Interactive = proto.Message.IInteractiveMessage;
type Fields = Record<string, unknown>;

/** The buttons and lists in a message; `undefined` when it has none. */
export function interactiveOf(message: proto.IMessage): ShownInteractive | undefined {
  const interactive: Interactive | null | undefined = extractMessageContent(message)?.interactiveMessage;
  if (!interactive?.nativeFlowMessage) return undefined;
  const all = buttonsOf(interactive.nativeFlowMessage);
  return {
    header: interactive.header?.title ?? '',
    text: interactive.body?.text ?? '',
    footer: interactive.footer?.text ?? '',
    buttons: all.map(({ kind, fields }) => shownButton(kind, fields)),
    rows: all.flatMap(({ fields }) => rowsOf(fields)),
  };
}

/**
 * Whether a phone shows buttons and lists: the stanza has one `<biz>` that says which native flow is in the message
 * (whatsmeow#1235; two show nothing: whatsapp-rust#1296).
 */
export function isAnnounced(stanza: Stanza): boolean {
  const nodes = childrenOf(stanza).filter(({ tag }) => tag === 'biz');
  const flow = childOf(childOf(nodes[0], 'interactive'), 'native_flow');
  return nodes.length === 1 && flow?.attrs.name !== undefined && flow.attrs.v !== undefined;
}

function buttonsOf({ buttons }: NonNullable<Interactive['nativeFlowMessage']>): { kind: string; fields: Fields }[] {
  return (buttons ?? []).map(({ name, buttonParamsJson }) => ({
    kind: name ?? '',
    fields: fieldsOf(buttonParamsJson ?? ''),
  }));
}

/** A phone shows nothing of what it cannot read. */
function fieldsOf(json: string): Fields {
  try {
    return JSON.parse(json) as Fields;
  } catch {
    return {};
  }
}

function shownButton(kind: string, fields: Fields): ShownButton {
  const { display_text, title, id, url, copy_code, phone_number } = fields;
  return { kind, text: textOf(display_text ?? title), value: textOf(url ?? copy_code ?? phone_number ?? id) };
}

function rowsOf({ sections }: Fields): ShownRow[] {
  return ((sections ?? []) as { rows: Fields[] }[]).flatMap(({ rows }) =>
    rows.map(({ id, title, description }) => ({
      id: textOf(id),
      title: textOf(title),
      description: textOf(description),
    })),
  );
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
