import type { WASocket } from '@whiskeysockets/baileys';
import type { About, BusinessProfile, ContactEntry, NumberAnswer } from '../../domain/account.ts';
import { type PhoneNumber, type Recipient, jidOfNumber } from '../../domain/address.ts';
import { AppError } from '../../domain/errors.ts';
import type { LearnedName, Person } from '../../domain/person.ts';
import type { Clock } from '../../kit/clock.ts';
import type { PeopleActions } from '../../ports/account-actions.ts';
import { peopleOf } from '../addressing/people.ts';
import type { WireAddresses } from '../addressing/wire-address.ts';
import type { AppStateChanges } from '../baileys/app-state-changes.ts';
import { removeContact, saveContact } from './app-state-patches.ts';
import { lookUp, type LookUpDeps, rememberLids } from './look-up.ts';
import type { Queries } from './queries.ts';
import { readAbout, readBusiness } from './read-profile.ts';

/** Dependencies of {@link BaileysPeople}. */
export interface PeopleDeps extends LookUpDeps {
  queries: Queries;
  /** @throws AppError `session_not_connected` */
  appState: () => AppStateChanges;
  addresses: WireAddresses;
  /** Names in the address book changed. */
  named: (names: readonly LearnedName[]) => void;
  clock: Clock;
}

/** People, over one connection. */
export class BaileysPeople implements PeopleActions {
  readonly #deps: PeopleDeps;

  constructor(deps: PeopleDeps) {
    this.#deps = deps;
  }

  checkAll(numbers: readonly PhoneNumber[]): Promise<NumberAnswer[]> {
    const { queries, lookup, allowance } = this.#deps;
    return queries.ask(async (socket) => {
      const unknown = await lookup.unknown(numbers);
      const left = new Set(unknown.filter(() => !allowance.take()));
      const asked = numbers.filter((number) => !left.has(number));
      const accounts = await lookup.accounts(socket, asked);
      await rememberLids(socket, accounts);
      const found = new Map(asked.map((number, index) => [number, accounts[index] ?? null]));
      return numbers.map((number) => {
        const account = found.get(number);
        return account === undefined
          ? { asked: number, isAnswered: false }
          : { asked: number, isAnswered: true, account };
      });
    });
  }

  resolve(people: readonly Recipient[]): Promise<Person[]> {
    const addresses = people.map((who) => [who.kind === 'jid' ? who.jid : jidOfNumber(who.number)]);
    return this.#deps.queries.ask((socket) => peopleOf(socket.authState.keys, addresses));
  }

  about(of: Recipient): Promise<About> {
    return this.#ask(of, async (socket, jid) => readAbout(await socket.fetchStatus(jid)));
  }

  business(of: Recipient): Promise<BusinessProfile> {
    return this.#ask(of, async (socket, jid) => {
      const profile = readBusiness(await socket.getBusinessProfile(jid));
      if (!profile) throw new AppError('business_profile_not_found');
      return profile;
    });
  }

  async save(who: Recipient, entry: ContactEntry): Promise<Person> {
    const { number, lid } = await this.#numbered(who);
    await this.#change(saveContact(jidOfNumber(number), lid, entry));
    this.#deps.named([{ person: number, savedName: entry.fullName }]);
    return { number, lid };
  }

  async remove(who: Recipient): Promise<Person> {
    const { number, lid } = await this.#numbered(who);
    await this.#change(removeContact(jidOfNumber(number)));
    this.#deps.named([{ person: number, savedName: null }]);
    return { number, lid };
  }

  blocked(): Promise<Person[]> {
    return this.#deps.queries.ask(async (socket) => {
      const jids = (await socket.fetchBlocklist()).filter((jid) => typeof jid === 'string');
      const people = await peopleOf(
        socket.authState.keys,
        jids.map((jid) => [jid]),
      );
      return people.filter(({ number, lid }) => (number ?? lid) !== null);
    });
  }

  block(who: Recipient): Promise<Person> {
    return this.#block(who, 'block');
  }

  unblock(who: Recipient): Promise<Person> {
    return this.#block(who, 'unblock');
  }

  subscribe(to: Recipient): Promise<void> {
    return this.#ask(to, (socket, jid) => socket.presenceSubscribe(jid));
  }

  /** WhatsApp names those that are blocked by LID and, where they are blocked now, by number. */
  async #block(who: Recipient, action: 'block' | 'unblock'): Promise<Person> {
    const person = await this.#numbered(who);
    await this.#deps.queries.ask(async (socket) => {
      const jid = jidOfNumber(person.number);
      const lid = await socket.signalRepository.lidMapping.getLIDForPN(jid);
      if (!lid) throw new AppError('whatsapp_refused', { message: NO_LID });
      await socket.updateBlockStatus(jid, action);
    });
    return person;
  }

  /** Asks about somebody, under the address by which WhatsApp reaches them. */
  #ask<Answer>(who: Recipient, question: (socket: WASocket, jid: string) => Promise<Answer>): Promise<Answer> {
    const { queries, addresses } = this.#deps;
    return queries.ask(async (socket) =>
      question(socket, await addresses.of(socket, await lookUp(this.#deps, socket, who))),
    );
  }

  /** Somebody whose number is known. */
  #numbered(who: Recipient): Promise<Person & { number: PhoneNumber }> {
    return this.#deps.queries.ask(async (socket) => {
      const jid = await lookUp(this.#deps, socket, who);
      const [person] = await peopleOf(socket.authState.keys, [[jid]]);
      const { number = null, lid = null } = person ?? {};
      if (number === null) throw new AppError('number_not_on_whatsapp', { message: NO_NUMBER });
      return { number, lid };
    });
  }

  async #change(patch: ReturnType<typeof saveContact>): Promise<void> {
    const { queries, appState, clock } = this.#deps;
    await queries.ask(() => appState().change(patch(clock.now())));
  }
}

const NO_NUMBER = 'WhatsApp has not revealed the number behind this LID.';
const NO_LID = 'WhatsApp blocks people by LID, and has revealed none for this number.';
