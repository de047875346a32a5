import { type Person } from './person.ts';

/** A one-to-one call that rings. */
export interface RingingCall {
  callId: string;
  caller: Person;
  isVideo: boolean;
  /** When it began, by WhatsApp's clock (Unix ms); when it arrived, if WhatsApp says no time. */
  startedAtMs: number;
}
