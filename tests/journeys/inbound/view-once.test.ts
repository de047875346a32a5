import type { Phone } from '../../../simulator/phones/phone.ts';
import { startWorld, type World } from '../../harness/world.ts';

const ACCOUNT = '5491234567890';
const PHOTO = { kind: 'image', bytes: Buffer.from('a photo'), caption: 'una vez', viewOnce: true } as const;

let world: World;
let ana: Phone;

beforeAll(async () => {
  world = await startWorld();
  ana = world.whatsapp.phone('5490987654321', 'Ana');
  await world.link(world.whatsapp.phone(ACCOUNT));
});
afterAll(() => world[Symbol.asyncDispose]());

/** The body of the webhook that the backend accepts for the message with this id. */
async function webhookFor(messageId: string): Promise<Record<string, unknown>> {
  return (await world.backend.next(({ body }) => body.message_id === messageId)).body as Record<string, unknown>;
}

describe('a view-once message', () => {
  it('is reported with its content where WhatsApp gives it to linked devices', async () => {
    expect(await webhookFor(await ana.sendMedia(ACCOUNT, PHOTO))).toMatchObject({
      ...{ message_type: 'image', message_content: 'una vez', view_once: true, unsupported_keys: [] },
      media_info: { size: PHOTO.bytes.length },
    });
    expect(await webhookFor(await ana.sendMedia(ACCOUNT, { ...PHOTO, viewOnce: false }))).toMatchObject({
      ...{ message_type: 'image', view_once: false },
    });
  });

  it.each(['view_once', 'view_once_unavailable_fanout'])(
    'is reported as such where WhatsApp withholds it (%s), and holds up nothing',
    async (withheld) => {
      expect(await webhookFor(await ana.sendMedia(ACCOUNT, PHOTO, { withheld }))).toMatchObject({
        ...{ message_type: 'view_once', message_content: null, view_once: true, media_info: {}, unsupported_keys: [] },
      });
      expect(await webhookFor(await ana.sendText(ACCOUNT, 'después'))).toMatchObject({ view_once: false });
    },
  );
});
