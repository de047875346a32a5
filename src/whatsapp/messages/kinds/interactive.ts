import type { proto } from '@whiskeysockets/baileys';
import type { Button, OutgoingButtons, OutgoingList } from '../../../domain/interactive.ts';

type Interactive = proto.Message.IInteractiveMessage;
type NativeButton = proto.Message.InteractiveMessage.NativeFlowMessage.INativeFlowButton;

/** The texts of a message with buttons, cards or a list, the most important one first. */
export function textsOf(message: Interactive | null | undefined): (string | null | undefined)[] {
  if (!message) return [];
  const { body, header, footer, carouselMessage, nativeFlowMessage } = message;
  const cards = carouselMessage?.cards ?? [];
  return [
    ...[body?.text, header?.title, header?.subtitle],
    ...cards.flatMap((card) => [card.body?.text, card.header?.title]),
    ...(nativeFlowMessage?.buttons ?? []).map(labelOf),
    footer?.text,
  ];
}

/** The text on a button, as its sender wrote it: anything may be in there. */
function labelOf({ buttonParamsJson }: NativeButton): string | undefined {
  try {
    const { display_text, title } = JSON.parse(buttonParamsJson ?? '{}') as Record<string, unknown>;
    return [display_text, title].find((label) => typeof label === 'string');
  } catch {
    return undefined;
  }
}

function nativeList(content: OutgoingList): NativeButton {
  const sections = content.sections.map(({ title, rows }) => ({
    title: title ?? '',
    rows: rows.map((row) => ({ ...row, description: row.description ?? '' })),
  }));
  return nativeOf('single_select', { title: content.button, sections });
}

/**
 * Writes a message with buttons or a list. Not wrapped in `viewOnceMessage`, as businesses send it (whatsmeow#992), with the device list version that clients
 * look for first.
 */
export function write(content: OutgoingButtons | OutgoingList): proto.IMessage {
  const { header, text, footer } = content;
  const buttons = content.type === 'list' ? [nativeList(content)] : content.buttons.map(nativeButton);
  return {
    interactiveMessage: {
      body: { text },
      ...(header !== null && { header: { title: header, hasMediaAttachment: false } }),
      ...(footer !== null && { footer: { text: footer } }),
      nativeFlowMessage: { buttons, messageParamsJson: '{}', messageVersion: 1 },
    },
    messageContextInfo: { deviceListMetadata: {}, deviceListMetadataVersion: 2 },
  };
}

function nativeButton({ text: display_text, ...button }: Button): NativeButton {
  switch (button.type) {
    case 'reply':
      return nativeOf('quick_reply', { display_text, id: button.id });
    case 'url':
      return nativeOf('cta_url', { display_text, url: button.url, merchant_url: button.url });
    case 'copy':
      return nativeOf('cta_copy', { display_text, copy_code: button.code, id: button.code });
    case 'call':
      return nativeOf('cta_call', { display_text, phone_number: `+${button.phoneNumber}` });
  }
}

function nativeOf(name: string, params: object): NativeButton {
  return { name, buttonParamsJson: JSON.stringify(params) };
}
