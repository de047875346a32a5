/** Back-pressure: whether more may be received from WhatsApp, and new sessions created. */
export interface Admission {
  /** @throws OverloadedError while a limit is reached */
  check(): void;
  /** Resolves as soon as no limit is reached. */
  admitted(): Promise<void>;
}
