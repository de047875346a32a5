import type { Account } from '../world/account.ts';
import type { NextOptions, ReceivedMessage } from './inbox.ts';
import { createPhoneDeps, type PhoneDeps, type PhoneWorld } from './phone-deps.ts';
import { PhoneReceiver } from './phone-receiver.ts';
import { PhoneSender } from './phone-sender.ts';

/** A simulated linked device: it decrypts messages and confirms them, and sends a retry receipt when it cannot. */
export class Companion {
  readonly #deps: PhoneDeps;

  constructor(world: PhoneWorld, account: Account) {
    const device = account.nextDevice();
    this.#deps = createPhoneDeps(world, {
      account,
      device,
      receive: (stanza) => {
        this.#deps.work.run(() => receiver.take(stanza)).catch((error: unknown) => world.failed(error));
      },
    });
    const receiver = new PhoneReceiver(this.#deps, new PhoneSender(this.#deps));
    this.#deps.keys.prepare();
    world.directory.linkCompanion(account, this.#deps.device);
  }

  /** `number:device@s.whatsapp.net`. */
  get jid(): string {
    return this.#deps.device.jid('pn');
  }

  /** Unlinks it: nobody encrypts for it any more. */
  unlink(): void {
    const { world, account, device } = this.#deps;
    world.directory.unlinkCompanion(account, device);
    world.changes.announce();
  }

  /** The next matching message; each call continues after the previous result. Rejects after the timeout. */
  next(match?: (message: ReceivedMessage) => boolean, options?: NextOptions): Promise<ReceivedMessage> {
    return this.#deps.inbox.next(match, options);
  }

  /** The messages received from others after the cursor `after`, and the cursor after them. */
  messages(after?: number): { messages: ReceivedMessage[]; cursor: number } {
    return this.#deps.inbox.read(after);
  }
}
