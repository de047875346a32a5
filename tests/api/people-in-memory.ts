import { addressees } from '../../src/http/server.ts';
import type { DraftStore } from '../../src/ports/drafts.ts';
import type { PeopleStore } from '../../src/ports/people.ts';
import { ForgetPerson, type ForgetPersonDeps } from '../../src/sessions/history/forget-person.ts';
import { CONTACT } from './connection-in-memory.ts';

/** What is stored of the person whom the tests know: two messages, and a row for each name. */
export function peopleInMemory(sessions: ForgetPersonDeps['sessions'], drafts: DraftStore): ForgetPerson {
  const store: PeopleStore = {
    makeReadable: () => Promise.resolve(),
    forget: (_, names) => Promise.resolve({ messages: 2, sent: 1, others: names.length }),
    removeScheduled: () => Promise.resolve(0),
  };
  return new ForgetPerson({
    ...{ store, sessions, drafts, addressees },
    scheduled: { of: () => Promise.resolve([]) },
    sent: { find: () => Promise.resolve(undefined) },
    connector: { personOf: () => Promise.resolve({ number: CONTACT.number, lid: CONTACT.lid }) },
  });
}
