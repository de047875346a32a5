import type { AppStatePatch } from './app-state-resync.ts';

/** Changes what the phone shares. */
export interface AppStateChanges {
  /**
   * Makes one change, after those that were asked for before. Resolves when WhatsApp has it.
   * @throws AppError `app_state_not_ready`, `whatsapp_refused`
   */
  change(patch: AppStatePatch): Promise<void>;
  /** What WhatsApp's clock shows, in Unix seconds. */
  nowSeconds(): number;
}
