/** The account's presence. */
export type Availability = 'available' | 'unavailable';

/** The account's typing state in one conversation. */
export type TypingState = 'composing' | 'recording' | 'paused';

/** The ids of messages that were marked as read, and those that are not known. */
export interface MarkedRead {
  read: string[];
  unknown: string[];
}

/** A message before which others are asked for. */
export interface PastReference {
  messageId: string;
  /** Unix ms. */
  sentAtMs: number;
  fromMe: boolean;
}

/** The disappearing timer of a chat. */
export interface ChatTimer {
  /** How long messages stay; 0 is off. */
  seconds: number;
  /** When it was set (Unix ms); `null` if unknown. */
  setAtMs: number | null;
}

/** What a message says of its chat's timer. */
export interface NotedTimer extends ChatTimer {
  /** Every JID that may name the chat; the first one is kept. */
  names: readonly string[];
  /** When it was said (Unix ms). */
  saidAtMs: number;
}
