import { type BinaryNode, USyncContactProtocol, USyncQuery, USyncUser, type WASocket } from '@whiskeysockets/baileys';
import { numberVariants, type PhoneNumber } from '../../domain/address.ts';
import { AppError } from '../../domain/errors.ts';
import { type Account } from '../../domain/person.ts';
import { lidOf, numberOf, withoutDevice } from './jid.ts';

/** What of a socket is used to ask for numbers. */
export type NumberSocket = Pick<WASocket, 'executeUSyncQuery' | 'signalRepository'>;

/** An account that was found, and by which of the written forms. */
interface Finding {
  account: Account;
  asked: string;
}

/**
 * Asks WhatsApp in one query who has the numbers, each in all forms under which WhatsApp may know it. Baileys' own
 * `onWhatsApp` leaves out the LID, and by which of the forms somebody was found.
 * @returns for each number its account, or `null`
 * @throws AppError `whatsapp_timeout`
 */
export async function queryNumbers(
  socket: NumberSocket,
  numbers: readonly PhoneNumber[],
): Promise<Map<PhoneNumber, Account | null>> {
  const query = new USyncQuery().withLIDProtocol();
  query.protocols.unshift(askedContact);
  for (const form of new Set(numbers.flatMap(numberVariants))) query.withUser(new USyncUser().withPhone(`+${form}`));
  const answer = await socket.executeUSyncQuery(query);
  if (!answer) throw new AppError('whatsapp_timeout');
  const findings = answer.list.flatMap(finding);
  await remember(socket, findings);
  const only = numbers.length === 1;
  return new Map(numbers.map((number) => [number, best(number, only ? findings : findings.filter(fits(number)))]));
}

/** What WhatsApp says of one of the written forms. */
interface ContactAnswer {
  exists: boolean;
  /** Digits; empty when WhatsApp did not repeat them. */
  asked: string;
}

const stock = new USyncContactProtocol();

/** Baileys' own question, of whose answer more is read. */
const askedContact = {
  name: 'contact',
  getQueryElement: () => stock.getQueryElement(),
  getUserElement: (user: USyncUser) => stock.getUserElement(user),
  parser: ({ attrs, content }: BinaryNode): ContactAnswer => {
    const asked = content instanceof Uint8Array ? Buffer.from(content).toString('utf8') : '';
    return { exists: attrs.type === 'in', asked: asked.replace(/\D/g, '') };
  },
};

function finding({ id, contact, lid }: { id: string; [protocol: string]: unknown }): Finding[] {
  const { exists, asked } = contact as ContactAnswer;
  const jid = withoutDevice(id);
  const number = numberOf(jid);
  if (!exists || number === null) return [];
  return [{ account: { number, jid, lid: typeof lid === 'string' ? lidOf(lid) : null }, asked }];
}

function fits(number: PhoneNumber): (found: Finding) => boolean {
  const forms: readonly string[] = numberVariants(number);
  return ({ account, asked }) => forms.includes(asked) || forms.includes(account.number);
}

function best(number: PhoneNumber, findings: readonly Finding[]): Account | null {
  const exact = findings.find(({ account }) => account.number === number);
  return (exact ?? findings[0])?.account ?? null;
}

/** So that whoever writes under the LID is known by number too. */
async function remember({ signalRepository }: NumberSocket, findings: readonly Finding[]): Promise<void> {
  const pairs = findings.flatMap(({ account: { jid: pn, lid } }) => (lid === null ? [] : [{ pn, lid }]));
  await signalRepository.lidMapping.storeLIDPNMappings(pairs);
}
