import type { PhoneNumber } from '../../domain/address.ts';
import type { MessageBody } from '../../domain/event.ts';
import type { CallbackState } from '../../ports/callbacks.ts';

/** How far a callback without its sender's number has got. */
export interface CallbackProgress {
  state: CallbackState;
  attempts: number;
  /** Whether it may be on its way at this moment: it is the next of its session, or there are subscriptions. */
  isNext: boolean;
  /** Whether it is held for its file, and not delivered yet. */
  isHeld: boolean;
}

/** Whether anybody may have it. A failed attempt may have reached the backend all the same. */
export function mayBeSeen({ state, attempts, isNext, isHeld }: CallbackProgress): boolean {
  if (state === 'pending') return !isHeld && (attempts > 0 || isNext);
  return state === 'delivered' || isNext;
}

/** The body of a callback with the sender's number. */
export function withNumber(json: string, number: PhoneNumber): MessageBody {
  const body = JSON.parse(json) as MessageBody;
  return { ...body, sender_number: number, sender_name: body.sender_name ?? number };
}

/** The body of the callback which repeats one that the backend may have seen without the number. */
export function correctedBody(json: string, number: PhoneNumber): MessageBody {
  const { sender_name } = JSON.parse(json) as MessageBody;
  const changed = sender_name === null ? ['sender_number', 'sender_name'] : ['sender_number'];
  return { ...withNumber(json, number), corrected_fields: changed };
}
