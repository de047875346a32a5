import type { proto } from '@whiskeysockets/baileys';
import type { MessageContent } from '../../../domain/message.ts';
import { contentOf, firstText } from '../content.ts';

/** Reads the button or list row that somebody chose; `undefined` when `message` is of another kind. */
export function read(message: proto.IMessage): MessageContent | undefined {
  const { buttonsResponseMessage: button, templateButtonReplyMessage: template } = message;
  if (button) return chosen('buttons_reply', button, [button.selectedDisplayText, button.selectedButtonId]);
  if (template) return chosen('buttons_reply', template, [template.selectedDisplayText, template.selectedId]);
  const { listResponseMessage: list, interactiveResponseMessage: interactive } = message;
  if (list) return chosen('list_reply', list, [list.title, list.singleSelectReply?.selectedRowId]);
  if (!interactive) return undefined;
  return chosen('buttons_reply', interactive, [
    interactive.body?.text,
    interactive.nativeFlowResponseMessage?.paramsJson,
  ]);
}

function chosen(
  type: 'buttons_reply' | 'list_reply',
  { contextInfo }: { contextInfo?: proto.IContextInfo | null },
  texts: (string | null | undefined)[],
): MessageContent {
  return contentOf(type, { text: firstText(...texts) }, contextInfo);
}
