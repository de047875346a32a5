import type { KnownLabel, LabeledItem, LabelNews } from '../domain/label.ts';
import type { SessionId } from '../domain/session-id.ts';

/** The labels of WhatsApp Business, a bounded number for each session, and of what they are on: those that changed last. */
export interface LabelStore {
  /**
   * What became known. A session that does not exist learns nothing. Returns which of the labels that changed were there before.
   */
  learn(sessionId: SessionId, news: LabelNews): Promise<ReadonlySet<string>>;
  /** All that are known, also deleted ones. */
  all(sessionId: SessionId): Promise<KnownLabel[]>;
  /** What has a label, in the order of chats and messages. */
  items(sessionId: SessionId, page: LabeledPage): Promise<LabeledItem[]>;
}

/** A part of what has a label. */
export interface LabeledPage {
  labelId: string;
  of: 'chats' | 'messages';
  /** Only those behind this one. */
  after: Pick<LabeledItem, 'chatId' | 'messageId'> | undefined;
  limit: number;
}
