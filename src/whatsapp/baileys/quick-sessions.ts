import { SessionCipher } from 'libsignal';

/**
 * Lets libsignal begin a step of a ratchet at once, for the whole process. It queues all steps of one address, whichever account they are of;
 * those of each account already run one after the other, as transactions (`whatsapp/signal/ratchet-transactions.ts`).
 */
export function stepAtOnce(): void {
  Object.assign(SessionCipher.prototype, { queueJob: <Result>(step: () => Promise<Result>) => step() });
}
