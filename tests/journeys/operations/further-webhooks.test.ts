import { Webhook } from 'standardwebhooks';
import { startTestBackend, type TestBackend } from '../../harness/test-backend.ts';
import { type LinkedAccount, startWorld, type World } from '../../harness/world.ts';

const ANA = '5491122223333';
const CUSTOMER = '5491144445555';

describe('further webhooks', () => {
  let world: World;
  let shop: TestBackend;
  let account: LinkedAccount;

  beforeAll(async () => {
    shop = await startTestBackend();
    world = await startWorld({ environment: { WEBHOOK_ALLOWED_HOSTS: '127.0.0.1' } });
    account = await world.link(world.whatsapp.phone(ANA));
  });

  afterAll(async () => {
    await world[Symbol.asyncDispose]();
    await shop[Symbol.asyncDispose]();
  });

  it('get the events that they want, signed, also what was stored before a restart, and the backend gets its own', async () => {
    const created = await world.orchestrator.post('/webhooks', { url: `${shop.url}/in`, events: ['message-received'] });
    expect(created.status).toBe(200);
    const { secret, data } = created.body as { secret: string; data: { webhookId: string } };
    const customer = world.whatsapp.phone(CUSTOMER);

    await customer.sendText(ANA, 'uno');
    const first = await shop.next();
    expect(first.body).toMatchObject({
      ...{ type: 'message-received', session_id: account.sessionId },
      data: { message_content: 'uno', sender_number: CUSTOMER },
    });
    expect(new Webhook(secret).verify(first.text, first.headers as Record<string, string>)).toEqual(first.body);
    const told = await world.backend.next('messages/received');
    expect(told.body).toEqual(first.body.data);
    expect(told.headers['webhook-id']).toBe(first.headers['webhook-id']);

    await shop.goesDown();
    await customer.sendText(ANA, 'dos');
    await world.backend.next('messages/received');
    await world.stopOrchestrator();
    await shop.comesUp();
    await world.startOrchestrator();
    expect((await shop.next()).body.data.message_content).toBe('dos');

    const { body } = await world.orchestrator.post(`/webhooks/${data.webhookId}/test`);
    expect(body).toMatchObject({ success: true, accepted: true });
    expect((await shop.next()).body.type).toBe('test');
    const again = { sessionId: account.sessionId, since: new Date(0).toISOString() };
    await world.orchestrator.post(`/webhooks/${data.webhookId}/replay`, again);
    expect((await shop.next()).headers['webhook-id']).toBe(first.headers['webhook-id']);
    expect((await shop.next()).body.data.message_content).toBe('dos');
    expect((await world.orchestrator.delete(`/webhooks/${data.webhookId}`)).status).toBe(200);
    expect((await world.orchestrator.get('/webhooks')).body.data).toEqual([]);
  });

  it('are refused for private addresses that are not allowed', async () => {
    const { status, body } = await world.orchestrator.post('/webhooks', { url: 'http://192.168.1.1/' });
    expect(status).toBe(400);
    expect(body).toMatchObject({
      error: 'url_not_allowed',
      message: expect.stringContaining('WEBHOOK_ALLOWED_HOSTS') as string,
    });
  });
});
