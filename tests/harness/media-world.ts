import { randomBytes } from 'node:crypto';
import { type OutgoingMedia } from '../../simulator/phones/media-message.ts';
import { type Phone } from '../../simulator/phones/phone.ts';
import { startWorld, type World } from './world.ts';

/** The number of {@link MediaWorld.account}. */
export const ACCOUNT = '5491234567890';
/** The number of {@link MediaWorld.person}. */
export const PERSON = '5490987654321';

/** A world in which files come, with an account that downloads them, and somebody who sends some. */
export class MediaWorld {
  world!: World;
  sessionId!: string;
  account!: Phone;
  person!: Phone;

  async start(): Promise<void> {
    const environment = { DOWNLOAD_MEDIA: 'true', MAX_MEDIA_BYTES: '6000000', CALLBACK_OWN_MESSAGES: 'true' };
    this.world = await startWorld({ environment });
    this.account = this.world.whatsapp.phone(ACCOUNT, 'Tienda');
    this.person = this.world.whatsapp.phone(PERSON, 'Juan');
    ({ sessionId: this.sessionId } = await this.world.link(this.account));
  }

  /** Has the person send a file, a picture if nobody says more; answers the id of the message. */
  send(media: Partial<OutgoingMedia> = {}): Promise<string> {
    return this.person.sendMedia(ACCOUNT, { kind: 'image', bytes: randomBytes(100_000), ...media });
  }

  /** The body of the next callback that tells of a message. */
  async nextMessage(): Promise<any> {
    return (await this.world.backend.next('messages/received')).body;
  }

  /** Its `media_info`. */
  async nextMedia(): Promise<Record<string, unknown>> {
    return (await this.nextMessage()).media_info;
  }

  /** Asks for a file as a backend does, by the `url` of its callback. */
  get(url: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${this.world.orchestrator.url}${String(url)}`, { headers });
  }

  async switchDownloads(enabled: boolean): Promise<void> {
    await this.world.orchestrator.post('/config/download-media', { enabled });
  }
}

/** The same world for all tests of a file; after each of them nothing goes wrong any more. */
export function mediaWorldForAllTests(): MediaWorld {
  const media = new MediaWorld();
  beforeAll(() => media.start());
  afterEach(() => media.world.whatsapp.clearFaults());
  afterAll(() => media.world[Symbol.asyncDispose]());
  return media;
}

/** All of an answer. */
export async function bytesOf(answer: Response): Promise<Buffer> {
  return Buffer.from(await answer.arrayBuffer());
}

/** The status and the code of a refusal. */
export async function refusalIn(answer: Response): Promise<[number, string]> {
  return [answer.status, ((await answer.json()) as { error: string }).error];
}
