import { type BinaryNode, USyncContactProtocol, USyncQuery, USyncUser, type WASocket } from '@whiskeysockets/baileys';
import { numberVariants, type PhoneNumber } from '../../domain/address.ts';
import { AppError } from '../../domain/errors.ts';
import type { Account } from '../../domain/person.ts';
import { lidOf, numberOf, withoutDevice } from './jid.ts';

/** The parts of a socket that look up numbers. */
export type NumberSocket = Pick<WASocket, 'executeUSyncQuery' | 'signalRepository'>;

/** An account that was found. */
interface Finding {
  account: Account;
  /** The form of the number that it was found by. */
  asked: string;
}

/**
 * Asks WhatsApp for the accounts of all numbers in one query, each number in every form that WhatsApp may know it by. Baileys' own
 * `onWhatsApp` returns neither the LID nor the form by which an account was found.
 * @returns the account of each number, or `null`
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

/** WhatsApp's answer about one form of a number. */
interface ContactAnswer {
  exists: boolean;
  /** Digits; empty when WhatsApp did not repeat them. */
  asked: string;
}

const stock = new USyncContactProtocol();

/** Baileys' own query, with a parser that reads more of the answer. */
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

/** Stores the LIDs, so that messages from them can be attributed to the numbers. */
async function remember({ signalRepository }: NumberSocket, findings: readonly Finding[]): Promise<void> {
  const pairs = findings.flatMap(({ account: { jid: pn, lid } }) => (lid === null ? [] : [{ pn, lid }]));
  await signalRepository.lidMapping.storeLIDPNMappings(pairs);
}
