/** The disappearing timer of a chat. */
export interface ChatTimer {
  /** How long messages stay; 0 is off. */
  readonly seconds: number;
  /** When it was set, in seconds since the Unix epoch. */
  readonly setAt: number;
  /** Where it comes from: a change in the chat, or the default for new chats of its owner or of the other person. */
  readonly origin: 'chat' | 'own-default' | 'other-default';
}
