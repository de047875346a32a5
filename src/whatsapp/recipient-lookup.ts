import { type WASocket } from '@whiskeysockets/baileys';
import { AppError } from '../domain/errors.ts';
import { numberVariants, type PhoneNumber, type Recipient } from '../domain/address.ts';
import { jidOfNumber, withoutDevice } from './jid.ts';

const MAX_KNOWN = 1_000;

/**
 * Finds the account behind a number. WhatsApp knows some countries' numbers in another form than people write
 * them, so all forms are asked for in one query and WhatsApp's own answer is used. Answers are remembered, a
 * bounded number of them: asking often is a reason for bans.
 */
export class RecipientLookup {
  readonly #known = new Map<PhoneNumber, string>();

  /**
   * The JID to send to.
   * @throws AppError `number_not_on_whatsapp`; `whatsapp_timeout` when the question got no answer
   */
  async find(socket: Pick<WASocket, 'onWhatsApp'>, to: Recipient): Promise<string> {
    if (to.kind === 'jid') return to.jid;
    const known = this.#known.get(to.number);
    if (known) return known;
    const jid = await ask(socket, to.number);
    this.#remember(to.number, jid);
    return jid;
  }

  #remember(number: PhoneNumber, jid: string): void {
    const oldest = this.#known.keys().next().value;
    if (this.#known.size >= MAX_KNOWN && oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(number, jid);
  }
}

async function ask(socket: Pick<WASocket, 'onWhatsApp'>, number: PhoneNumber): Promise<string> {
  const variants = numberVariants(number);
  const answer = await socket.onWhatsApp(...variants);
  // Baileys answers `undefined` when the query timed out.
  if (!answer) throw new AppError('whatsapp_timeout');
  const existing = answer.filter((found) => found.exists).map((found) => withoutDevice(found.jid));
  const exact = existing.find((jid) => jid === jidOfNumber(number));
  const jid = exact ?? existing[0];
  if (!jid) throw new AppError('number_not_on_whatsapp');
  return jid;
}
