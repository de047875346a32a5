/** The account's presence. */
export type Availability = 'available' | 'unavailable';

/** The account's typing state in one conversation. */
export type TypingState = 'composing' | 'recording' | 'paused';

/** The ids of messages that were marked as read, and those that are not known. */
export interface MarkedRead {
  read: string[];
  unknown: string[];
}
