import sharp from 'sharp';
import { untilTrue } from '../../harness/until.ts';
import { type LinkedAccount, startWorld, type World } from '../../harness/world.ts';

let world: World;
let shop: LinkedAccount;

beforeAll(async () => {
  world = await startWorld();
  shop = await world.link(world.whatsapp.phone('5491166778899', 'Shop'));
});

afterAll(() => world[Symbol.asyncDispose]());

const at = (path: string) => `/sessions/${shop.sessionId}/${path}`;
const profile = async () => (await world.orchestrator.get(at('profile'))).body.data as Record<string, unknown>;

it('the name and the text of the account change, and everybody sees it', async () => {
  const change = { name: 'La Tienda', about: 'Lunes a viernes' };
  await untilTrue(async () => (await profile()).name === 'Shop');
  expect(await world.orchestrator.patch(at('profile'), change)).toMatchObject({ status: 200 });

  expect([shop.phone.name, shop.phone.profile.about]).toEqual(['La Tienda', 'Lunes a viernes']);
  expect(await profile()).toEqual({
    ...{ number: shop.phone.number, lid: shop.phone.lid, name: 'La Tienda', picture_url: null },
    about: { text: 'Lunes a viernes', set_at: expect.any(String) as string },
  });
  const session = async () => (await world.orchestrator.get(`/sessions/${shop.sessionId}`)).body.data;
  await untilTrue(async () => (await session()).push_name === 'La Tienda');
  await world.stopOrchestrator();
  await world.startOrchestrator();
  await untilTrue(async () => (await session()).push_name === 'La Tienda');
  await world.orchestrator.patch(at('profile'), { about: '' });
  expect(await profile()).toMatchObject({ name: 'La Tienda', about: { text: null, set_at: null } });
});

it('the picture is set as a square, and removed', async () => {
  const png = await sharp({ create: { width: 80, height: 40, channels: 3, background: 'red' } })
    .png()
    .toBuffer();
  const file = { base64: png.toString('base64') };
  expect(await world.orchestrator.post(at('profile/picture'), { file })).toMatchObject({ status: 200 });

  const { url, image } = shop.phone.picture!;
  expect(await sharp(image).metadata()).toMatchObject({ format: 'jpeg', width: 640, height: 640 });
  expect(await profile()).toMatchObject({ picture_url: url });
  expect(await world.orchestrator.delete(at('profile/picture'))).toMatchObject({ status: 200 });
  expect(await profile()).toMatchObject({ picture_url: null });
});

it('what is no picture, or too large for one, is refused as for a group', async () => {
  const set = (bytes: Buffer) =>
    world.orchestrator.post(at('profile/picture'), { file: { base64: bytes.toString('base64') } });
  expect(await set(Buffer.from('no image'))).toMatchObject({ status: 422, body: { error: 'unsupported_media' } });
  const png = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
    .png()
    .toBuffer();
  // What is behind the end of an image is not read.
  const large = (mebibytes: number) => Buffer.concat([png], mebibytes * 1024 * 1024);
  expect(await set(large(11))).toMatchObject({ status: 200 });
  expect(await set(large(17))).toMatchObject({ status: 413, body: { error: 'file_too_large' } });
});

it('privacy settings are read and changed, those of the phone included', async () => {
  shop.phone.privacy.set('online', 'match_last_seen');
  const { body } = await world.orchestrator.patch(at('privacy'), { last_seen: 'contacts', read_receipts: 'none' });
  const expected = { last_seen: 'contacts', online: 'match_last_seen', read_receipts: 'none', groups: 'all' };
  expect(body.data).toMatchObject(expected);
  expect((await world.orchestrator.get(at('privacy'))).body.data).toEqual(body.data);
});

it.each([
  ['profile', {}],
  ['profile', { name: '' }],
  ['profile', { name: 'x'.repeat(26) }],
  ['profile', { about: 'x'.repeat(140) }],
  ['privacy', {}],
  ['privacy', { last_seen: 'friends' }],
  ['privacy', { online: 'none' }],
])('%s %j is refused', async (path, change) => {
  expect(await world.orchestrator.patch(at(path), change)).toMatchObject({
    status: 400,
    body: { error: 'invalid_body' },
  });
});

it('a session that waits for a scan refuses', async () => {
  const { body } = await world.orchestrator.get('/generate-qr');
  for (const path of ['profile', 'privacy', 'blocklist']) {
    expect(await world.orchestrator.get(`/sessions/${body.sessionId}/${path}`)).toMatchObject({
      status: 409,
      body: { error: 'session_not_connected' },
    });
  }
});
