import { jidOfNumber } from '../../domain/address.ts';
import { proto, type WASocket } from '@whiskeysockets/baileys';
import { AppError } from '../../domain/errors.ts';
import type { OutgoingMessage, StatusPost } from '../../domain/outgoing.ts';
import { withoutDevice } from '../addressing/jid.ts';
import { peopleOf } from '../addressing/people.ts';
import type { RecipientLookup } from '../addressing/recipient-lookup.ts';

/** How WhatsApp's own clients write white. */
const WHITE = 0xff_ff_ff_ff;
const { SYSTEM } = proto.Message.ExtendedTextMessage.FontType;

/** Whom a status is encrypted for. */
export interface AudienceDeps {
  socket: WASocket;
  lookup: RecipientLookup;
}

/**
 * The addresses of those who may see a status, each once: by LID where it is known. WhatsApp is asked for unknown numbers in one query.
 * The account's own phone shows it, too.
 * @throws AppError `number_not_on_whatsapp`, `message_not_suitable` for the deletion of a status without an audience
 */
export async function audienceOf({ socket, lookup }: AudienceDeps, status: StatusPost | undefined): Promise<string[]> {
  if (!status) throw new AppError('message_not_suitable', { message: NOT_A_CHAT });
  const numbers = status.audience.flatMap((who) => (who.kind === 'number' ? [who.number] : []));
  const accounts = numbers.length > 0 ? await lookup.accounts(socket, numbers) : [];
  const missing = numbers.find((_, at) => !accounts[at]);
  if (missing !== undefined)
    throw new AppError('number_not_on_whatsapp', { message: `${missing} has no WhatsApp account.` });
  const jids = [
    ...accounts.flatMap((account) => (account ? [account.jid] : [])),
    ...status.audience.flatMap((who) => (who.kind === 'jid' ? [who.jid] : [])),
  ];
  const { keys, creds } = socket.authState;
  const people = await peopleOf(
    keys,
    jids.map((jid) => [jid]),
  );
  const named = people.flatMap(({ number, lid }) => lid ?? (number === null ? [] : [jidOfNumber(number)]));
  return [...new Set([...named, withoutDevice(creds.me?.lid ?? creds.me?.id ?? '')])];
}

const NOT_A_CHAT = 'A status is not in a chat: it can only be deleted, with POST …/status/:messageId/delete.';

/** Shows the text of a status on its background. */
export function asStatus(message: proto.IMessage, { status }: OutgoingMessage): proto.IMessage {
  const { extendedTextMessage: text } = message;
  if (!text || typeof status?.background !== 'number') return message;
  return {
    ...message,
    extendedTextMessage: { ...text, backgroundArgb: status.background, textArgb: WHITE, font: SYSTEM },
  };
}
