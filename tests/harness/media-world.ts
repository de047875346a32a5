import { randomBytes } from 'node:crypto';
import type { OutgoingMedia } from '../../simulator/phones/media-message.ts';
import type { Phone } from '../../simulator/phones/phone.ts';
import type { Environment } from '../../src/config/environment.ts';
import { startWorld, type World } from './world.ts';

/** The number of {@link MediaWorld.account}. */
export const ACCOUNT = '5491234567890';
/** The number of {@link MediaWorld.person}. */
export const PERSON = '5490987654321';

/** A world with an account that downloads files, and a person who sends them. */
export class MediaWorld {
  world!: World;
  sessionId!: string;
  account!: Phone;
  person!: Phone;

  async start(settings: Environment = {}): Promise<void> {
    const own = { DOWNLOAD_MEDIA: 'true', MAX_MEDIA_BYTES: '6000000', CALLBACK_OWN_MESSAGES: 'true' };
    const environment = { ...own, ...settings };
    this.world = await startWorld({ environment });
    this.account = this.world.whatsapp.phone(ACCOUNT, 'Tienda');
    this.person = this.world.whatsapp.phone(PERSON, 'Juan');
    ({ sessionId: this.sessionId } = await this.world.link(this.account));
  }

  /** Has the person send a file, by default an image; resolves with the message id. */
  send(media: Partial<OutgoingMedia> = {}): Promise<string> {
    return this.person.sendMedia(ACCOUNT, { kind: 'image', bytes: randomBytes(100_000), ...media });
  }

  /** Resolves with the body of the next callback for a received message. */
  async nextMessage(): Promise<any> {
    return (await this.world.backend.next('messages/received')).body;
  }

  /** Resolves with the `media_info` of the next received message. */
  async nextMedia(): Promise<Record<string, unknown>> {
    return (await this.nextMessage()).media_info;
  }

  /** Downloads a file as a backend does, by the `url` in its callback. */
  get(url: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${this.world.orchestrator.url}${String(url)}`, { headers });
  }

  async switchDownloads(enabled: boolean): Promise<void> {
    await this.world.orchestrator.post('/config/download-media', { enabled });
  }
}

/** Shares one world among all tests of a file, and clears the faults after each of them. */
export function mediaWorldForAllTests(): MediaWorld {
  const media = new MediaWorld();
  beforeAll(() => media.start());
  afterEach(() => media.world.whatsapp.clearFaults());
  afterAll(() => media.world[Symbol.asyncDispose]());
  return media;
}

/** Reads the whole body. */
export async function bytesOf(answer: Response): Promise<Buffer> {
  return Buffer.from(await answer.arrayBuffer());
}

/** The status and the error code of a refusal. */
export async function refusalIn(answer: Response): Promise<[number, string]> {
  return [answer.status, ((await answer.json()) as { error: string }).error];
}
