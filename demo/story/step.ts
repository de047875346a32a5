import type { Stage } from '../stage.ts';

/** What steps pass on to later steps. */
export interface StoryState {
  sessionId: string;
  /** The text of the latest QR. */
  qrText: string;
  /** The id of the latest message. */
  messageId: string;
}

/** One step of the story. Rejects with the reason when the promise of its title does not hold. */
export type Step = (stage: Stage, state: StoryState) => Promise<void>;
