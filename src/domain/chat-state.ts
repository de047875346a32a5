/** What the owner of an account set for one of its chats; only what is named changes. */
export interface ChatChange {
  archived?: boolean | undefined;
  pinned?: boolean | undefined;
  /** Until when the chat is muted (Unix ms), or `always`; `null` is not muted. */
  mutedUntilMs?: number | 'always' | null | undefined;
  /** Whether the chat is marked as unread. No receipt follows from it. */
  unread?: boolean | undefined;
}
