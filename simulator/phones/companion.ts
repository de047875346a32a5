import { type Account } from '../world/account.ts';
import { type NextOptions, type ReceivedMessage } from './inbox.ts';
import { makePhoneParts, type PhoneParts, type PhoneWorld } from './phone-parts.ts';
import { PhoneReceiver } from './phone-receiver.ts';
import { PhoneSender } from './phone-sender.ts';

/** A linked device that is no client: it decrypts what comes, confirms it, and asks again when it cannot. */
export class Companion {
  readonly #parts: PhoneParts;

  constructor(world: PhoneWorld, account: Account) {
    const device = account.nextDevice();
    this.#parts = makePhoneParts(world, {
      account,
      device,
      receive: (stanza) => {
        this.#parts.work.run(() => receiver.take(stanza)).catch((error: unknown) => world.failed(error));
      },
    });
    const receiver = new PhoneReceiver(this.#parts, new PhoneSender(this.#parts));
    this.#parts.keys.prepare();
    account.companions.set(device, this.#parts.device);
  }

  /** `number:device@s.whatsapp.net`. */
  get jid(): string {
    return this.#parts.device.jid('pn');
  }

  /** The next message that matches: each call goes on after what the previous one found. Rejects in the end. */
  next(match?: (message: ReceivedMessage) => boolean, options?: NextOptions): Promise<ReceivedMessage> {
    return this.#parts.inbox.next(match, options);
  }

  /** What it has received from others after the cursor `after`. */
  messages(after?: number): { messages: ReceivedMessage[]; cursor: number } {
    return this.#parts.inbox.read(after);
  }
}
