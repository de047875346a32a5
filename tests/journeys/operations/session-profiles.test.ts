import { startTestBackend } from '../../harness/test-backend.ts';
import { startWorld } from '../../harness/world.ts';

const ANA = '5491122223333';
const CUSTOMER = '5491144445555';
const SAID = { name: 'Tienda Madrid', labels: ['vip'], metadata: { customer: 4711 } };
const TOLD = { session_name: SAID.name, session_labels: SAID.labels, session_metadata: SAID.metadata };

describe('what is said of a session', () => {
  it('is told in every event, but the bodies of the seed keep their fields to the letter', async () => {
    await using shop = await startTestBackend();
    await using world = await startWorld({ environment: { WEBHOOK_ALLOWED_HOSTS: '127.0.0.1' } });
    const { orchestrator, backend, whatsapp } = world;
    await orchestrator.post('/webhooks', { url: shop.url });

    const created = await orchestrator.post('/sessions', SAID);
    expect(created).toMatchObject({ status: 201, body: { data: { ...SAID, status: 'connecting', stopped: false } } });
    const sessionId = created.body.data.session_id as string;
    const qr = await backend.next('qr-update');
    expect(Object.keys(qr.body)).toEqual(['session_id', 'qr_data', 'generated_at']);
    const { body } = await orchestrator.get(`/sessions/${sessionId}/qr`);
    await whatsapp.phone(ANA).scan(body.qrText as string);
    const announced = await backend.next('new-session-connected');
    expect(Object.keys(announced.body)).toHaveLength(9);
    await whatsapp.phone(CUSTOMER).sendText(ANA, 'hola');
    expect((await backend.next('messages/received')).body).toMatchObject({ message_content: 'hola', ...TOLD });

    const told = await shop.next(({ body: event }) => event.type === 'new-session-connected');
    expect(told.body).toMatchObject({ session: SAID, data: announced.body });
    expect(Object.keys(told.body.data as object)).toHaveLength(9);

    const customer = whatsapp.phone(CUSTOMER);
    customer.inGroup(whatsapp.group({ subject: 'De Ana', members: [customer, whatsapp.phone(ANA)] })).rename('Nuevo');
    const news = await shop.next(({ body: event }) => event.type === 'group-update');
    expect(news.body).toMatchObject({ session: SAID, data: { changes: { subject: 'Nuevo' }, ...TOLD } });

    await orchestrator.patch(`/sessions/${sessionId}`, { name: '', labels: [], metadata: {} });
    await orchestrator.send(sessionId, CUSTOMER, 'adiós');
    const { body: sent } = await backend.next('messages/status-update');
    expect(Object.keys(sent)).toHaveLength(7);
    await world.stopOrchestrator();
    await world.startOrchestrator();
    const view = (await world.orchestrator.get(`/sessions/${sessionId}`)).body.data;
    expect(view).toMatchObject({ name: null, labels: [], metadata: {} });
  });

  it('has a name that the phone shows among its devices, its own or that of all', async () => {
    await using world = await startWorld({ environment: { DEVICE_NAME: 'La tienda' } });
    const { orchestrator, whatsapp } = world;
    await world.link(whatsapp.phone(ANA));
    const { body } = await orchestrator.post('/sessions', { device_name: 'Caja 1' });
    const path = `/sessions/${body.data.session_id as string}`;
    await whatsapp.phone(CUSTOMER).scan((await orchestrator.get(`${path}/qr`)).body.qrText as string);
    await orchestrator.until(body.data.session_id as string, { status: 'connected', device_name: 'Caja 1' });
    expect(whatsapp.devices().map(({ name }) => name)).toEqual(['La tienda', 'Caja 1']);
  });

  it('finds sessions by their labels, and stays with the number when it is linked again', async () => {
    await using world = await startWorld();
    const { orchestrator, whatsapp, backend } = world;
    const phone = whatsapp.phone(ANA);
    const { sessionId } = await world.link(phone);
    await orchestrator.patch(`/sessions/${sessionId}`, { labels: ['vip'] });
    expect((await orchestrator.get('/sessions?label=vip')).body.data).toMatchObject([{ session_id: sessionId }]);
    expect((await orchestrator.get('/sessions?label=otra')).body.data).toEqual([]);

    const { body } = await orchestrator.get('/generate-qr?name=Nueva');
    expect((await orchestrator.get(`/sessions/${body.sessionId as string}`)).body.data.name).toBe('Nueva');
    await phone.scan(body.qrText as string);
    await backend.next(({ path, body: told }) => path.endsWith('status-update') && told.status === 'connected');
    const [only] = (await orchestrator.get('/sessions')).body.data as unknown[];
    expect(only).toMatchObject({ session_id: sessionId, name: 'Nueva', labels: ['vip'] });
  });
});
