import { NOBODY, type Person } from '../../domain/person.ts';
import type { SignalKeyStore } from '@whiskeysockets/baileys';
import type { Recipient } from '../../domain/address.ts';
import { type JoinDecision, joinMethodOf, type JoinRequest, type ParticipantResult } from '../../domain/group.ts';
import { isCredibleTime } from '../../kit/clock.ts';
import type { JoinRequestActions } from '../../ports/group-actions.ts';
import { type Addresses, peopleOf } from '../addressing/people.ts';
import type { GroupQueries } from './group-queries.ts';
import { isMeant, jidsOf, nameOf, type Outcome, resultsOf, type Target } from './participants.ts';

/** A request as Baileys passes it on: the attributes of its stanza. */
type RequestAttrs = Readonly<Partial<Record<string, string>>>;

/** What {@link BaileysJoinRequests} needs besides queries. */
export interface JoinRequestsDeps {
  /** These people are known to wait. */
  waiting: (groupId: string, people: readonly Person[]) => void;
}

/** Those who want to join groups, over one connection. */
export class BaileysJoinRequests implements JoinRequestActions {
  readonly #groups: GroupQueries;
  readonly #waiting: JoinRequestsDeps['waiting'];

  constructor(groups: GroupQueries, { waiting }: JoinRequestsDeps) {
    this.#groups = groups;
    this.#waiting = waiting;
  }

  list(groupId: string): Promise<JoinRequest[]> {
    return this.#groups.ask(async (socket) => {
      const requests: RequestAttrs[] = await socket.groupRequestParticipantsList(groupId);
      const people = await peopleOf(socket.authState.keys, requests.map(addressesIn));
      this.#waiting(groupId, people);
      return requests.map((attrs, at) => ({
        ...(people[at] ?? NOBODY),
        method: joinMethodOf(attrs.request_method),
        requestedAtMs: timeOf(attrs.request_time),
      }));
    });
  }

  async decide(groupId: string, decision: JoinDecision, people: readonly Recipient[]): Promise<ParticipantResult[]> {
    return this.#groups.change(groupId, async (socket) => {
      const waiting: RequestAttrs[] = await socket.groupRequestParticipantsList(groupId);
      const targets = await targetsOf(waiting, people, socket.authState.keys);
      const jids = jidsOf(targets);
      // WhatsApp's announcement may come before its answer.
      if (decision === 'approve') this.#waiting(groupId, targets.filter(isWaiting));
      const answers = jids.length === 0 ? [] : await socket.groupRequestParticipantsUpdate(groupId, jids, decision);
      return resultsOf(decision, targets, answers.map(outcomeIn));
    });
  }
}

function isWaiting(target: Target): boolean {
  return 'jid' in target;
}

/** Resolves people to the address under which they wait. */
async function targetsOf(
  waiting: readonly RequestAttrs[],
  people: readonly Recipient[],
  keys: SignalKeyStore,
): Promise<Target[]> {
  const known = await peopleOf(keys, waiting.map(addressesIn));
  return people.map((person): Target => {
    const at = known.findIndex((each) => isMeant(person, each));
    const [who, jid] = [known[at], waiting[at]?.jid];
    return who && jid !== undefined ? { ...who, jid } : { ...nameOf(person), reason: 'no_request' };
  });
}

function addressesIn({ jid, phone_number: number, lid }: RequestAttrs): Addresses {
  return [jid, number, lid];
}

/** Baileys says 200 where WhatsApp names no error. */
function outcomeIn({ jid, status }: { jid: string | undefined; status: string }): Outcome {
  return { addresses: [jid], error: status === '200' ? undefined : status };
}

function timeOf(seconds: string | undefined): number | null {
  const ms = Number(seconds) * 1000;
  return isCredibleTime(ms) ? ms : null;
}
