/** Whether more may come: from WhatsApp, or by new sessions. */
export interface Admission {
  /** @throws OverloadedError while a bound is reached */
  check(): void;
  /** Resolves as soon as no bound is reached. */
  admitted(): Promise<void>;
}
