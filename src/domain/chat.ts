/** Whether the account is shown as online. */
export type Availability = 'available' | 'unavailable';

/** What the account is shown to do in one conversation. */
export type TypingState = 'composing' | 'recording' | 'paused';

/** Which messages were marked as read, and which are not known. */
export interface MarkedRead {
  read: string[];
  unknown: string[];
}
