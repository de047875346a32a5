import { type Stage } from '../stage.ts';

/** What one step leaves for those after it. */
export interface Plot {
  sessionId: string;
  /** The QR that was shown last. */
  qrText: string;
  /** The message that was written last. */
  messageId: string;
}

/** One step: rejects with the reason when it does not come out as its title says. */
export type Act = (stage: Stage, plot: Plot) => Promise<void>;
