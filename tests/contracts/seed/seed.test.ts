import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import pg from 'pg';
import type { Phone } from '../../../simulator/phones/phone.ts';
import { newPostgresUrl } from '../../harness/shared-postgres.ts';
import { until, untilTrue } from '../../harness/until.ts';
import { startWorld, type World } from '../../harness/world.ts';
import { type SeedService, seedService, seedTable, useSeedHandlers } from './seed-code.ts';

const ACCOUNT = '5491234567890';
const OTHER_ACCOUNT = '5491234560000';
const PERSON = '5490987654321';

/** An application around the seed's handlers, with the functions that they call and the tables that they use. */
interface SeedBackend extends AsyncDisposable {
  app: express.Express;
  url: string;
  db: pg.Pool;
  /** The calls that the handlers made, in order: a name and its arguments. */
  calls: unknown[][];
  untilCalled(name: string): Promise<unknown[]>;
}

const MESSAGES_TABLE = `
  CREATE TABLE whatsapp_messages (
    id bigserial PRIMARY KEY, session_id text, sender_name text, sender_number text,
    content text, type text, received_at timestamptz
  )`;

async function startSeedBackend(): Promise<SeedBackend> {
  const db = new pg.Pool({ connectionString: await newPostgresUrl() });
  await db.query(seedTable());
  await db.query(MESSAGES_TABLE);
  const calls: unknown[][] = [];
  const record =
    (name: string) =>
    (...args: unknown[]) => {
      calls.push([name, ...args]);
      return Promise.resolve();
    };
  const app = express().use(express.json());
  useSeedHandlers(app, db, {
    notifyNewWhatsAppAccount: record('account'),
    processIncomingMessage: record('message'),
    notifyFrontendQRUpdate: record('qr'),
  });
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    app,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    db,
    calls,
    untilCalled: (name) => until(() => calls.find(([called]) => called === name)),
    async [Symbol.asyncDispose]() {
      await end(server);
      await db.end();
    },
  };
}

async function end(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}

async function rows(backend: SeedBackend, table: string): Promise<Record<string, unknown>[]> {
  return (await backend.db.query(`SELECT * FROM ${table}`)).rows as Record<string, unknown>[];
}

async function untilStatus(backend: SeedBackend, status: string, sessionId?: string): Promise<void> {
  await untilTrue(async () => {
    const all = await rows(backend, 'whatsapp_sessions');
    return all.find(({ session_id: id }) => id === (sessionId ?? id))?.status === status;
  });
}

/** The seed's table: each row as `[session_id, phone_number, status]`, sorted. */
async function table(backend: SeedBackend): Promise<unknown[][]> {
  const all = await rows(backend, 'whatsapp_sessions');
  return all.map(({ session_id: id, phone_number: number, status }) => [id, number, status]).sort();
}

function worldFor(backend: SeedBackend): Promise<World> {
  return startWorld({ environment: { BACKEND_BASE_URL: backend.url } });
}

describe("the seed's own code, run unchanged on PostgreSQL,", () => {
  it('connects, receives, sends and deletes', async () => {
    await using backend = await startSeedBackend();
    await using world = await worldFor(backend);
    const [account, person] = [world.whatsapp.phone(ACCOUNT), world.whatsapp.phone(PERSON, 'Juan Pérez')];
    const service = seedService(backend.app, world.orchestrator.url);

    const offer = await service.generateQR();
    expect(offer).toMatchObject({ success: true, qr: expect.stringContaining('data:image/png;base64,') as string });
    expect(await backend.untilCalled('qr')).toEqual(['qr', offer.sessionId, offer.qrText]);

    await account.scan(offer.qrText);
    await backend.untilCalled('account');
    expect(await rows(backend, 'whatsapp_sessions')).toMatchObject([
      {
        session_id: offer.sessionId,
        phone_number: ACCOUNT,
        status: 'connected',
        auth_folder_path: `${world.authDir}/${offer.sessionId}`,
        server_port: null,
        whatsapp_user_id: `${ACCOUNT}:1@s.whatsapp.net`,
        last_seen: expect.any(Date) as Date,
        created_at: expect.any(Date) as Date,
      },
    ]);
    expect(await service.getSessionStatus(offer.sessionId)).toMatchObject({
      status: 'connected',
      phone_number: ACCOUNT,
    });
    expect(await service.getAllSessions()).toMatchObject([{ session_id: offer.sessionId }]);

    await person.sendText(ACCOUNT, 'Hola, ¿cómo estás?');
    expect(await backend.untilCalled('message')).toEqual([
      'message',
      offer.sessionId,
      { from: PERSON, content: 'Hola, ¿cómo estás?', type: 'text' },
    ]);
    expect(await rows(backend, 'whatsapp_messages')).toMatchObject([
      { sender_name: 'Juan Pérez', sender_number: PERSON, content: 'Hola, ¿cómo estás?', type: 'text' },
    ]);

    expect(await service.sendMessage(offer.sessionId, PERSON, 'Bien, gracias')).toMatchObject({ success: true });
    expect(await person.next(({ text }) => text === 'Bien, gracias')).toMatchObject({ from: ACCOUNT });
    expect(await service.sendMessage(offer.sessionId, 'nadie', 'hola')).toMatchObject({
      success: false,
      message: expect.any(String) as string,
    });

    expect(await service.removeSession(offer.sessionId)).toMatchObject({ success: true });
    await untilStatus(backend, 'disconnected');
    expect(await service.getSessionStatus(offer.sessionId)).toBeNull();
  });
});

describe("an account that is scanned again, with the seed's own code and table,", () => {
  /** Requests a QR with the seed's helper and scans it. Returns the new id. */
  async function scan(service: SeedService, phone: Phone): Promise<string> {
    const { sessionId, qrText } = await service.generateQR();
    await phone.scan(qrText);
    return sessionId;
  }

  /** Sends a text to the account, and resolves when the seed's handler has processed it under this session id. */
  async function arrives(world: World, backend: SeedBackend, sessionId: string, to: string): Promise<void> {
    const text = `hola ${backend.calls.length}`;
    await world.whatsapp.phone(PERSON, 'Juan Pérez').sendText(to, text);
    const isIt = ([name, id, message]: unknown[]) =>
      name === 'message' && id === sessionId && (message as { content: string }).content === text;
    await until(() => backend.calls.find(isIt));
  }

  it('keeps its session id: scanned, unlinked, scanned, scanned while connected, deleted, and scanned again', async () => {
    await using backend = await startSeedBackend();
    await using world = await worldFor(backend);
    const service = seedService(backend.app, world.orchestrator.url);
    const phone = world.whatsapp.phone(ACCOUNT);
    const id = await scan(service, phone);
    await backend.untilCalled('account');

    await phone.unlink();
    await untilStatus(backend, 'disconnected');
    const second = await scan(service, phone);
    await untilStatus(backend, 'connected');
    await arrives(world, backend, id, ACCOUNT);
    expect(await service.getSessionStatus(second)).toMatchObject({ session_id: id, status: 'connected' });
    expect(await service.getAllSessions()).toMatchObject([{ session_id: id }]);

    const third = await scan(service, phone);
    await world.orchestrator.until(third, { session_id: id, status: 'connected', whatsapp_user_id: userId(3) });
    await arrives(world, backend, id, ACCOUNT);
    expect(await service.sendMessage(third, PERSON, 'todavía aquí')).toMatchObject({ success: true });

    await service.removeSession(third);
    await untilStatus(backend, 'disconnected');
    await scan(service, phone);
    await world.fastForwardUntil(untilStatus(backend, 'connected'));
    await arrives(world, backend, id, ACCOUNT);
    expect(await table(backend)).toEqual([[id, ACCOUNT, 'connected']]);
    expect((await world.orchestrator.get('/health')).body.callbacks).toMatchObject({ pending: 0, deadLettered: 0 });
    const { body } = await world.orchestrator.get(`/sessions/${id}/timeline`);
    expect(body.data.map(({ what }: { what: string }) => what)).toContain('announcement_refused');
  });

  it('does so beside another account, which is not held up', async () => {
    await using backend = await startSeedBackend();
    await using world = await worldFor(backend);
    const service = seedService(backend.app, world.orchestrator.url);
    const [one, two] = [world.whatsapp.phone(ACCOUNT), world.whatsapp.phone(OTHER_ACCOUNT)];
    const [first, other] = [await scan(service, one), await scan(service, two)];
    await untilStatus(backend, 'connected', first);
    await untilStatus(backend, 'connected', other);

    await one.unlink();
    await untilStatus(backend, 'disconnected', first);
    await scan(service, one);
    await untilStatus(backend, 'connected', first);
    await service.removeSession(first);
    await untilStatus(backend, 'disconnected', first);
    await scan(service, one);
    await arrives(world, backend, other, OTHER_ACCOUNT);

    await world.fastForwardUntil(untilStatus(backend, 'connected', first));
    await arrives(world, backend, first, ACCOUNT);
    await arrives(world, backend, other, OTHER_ACCOUNT);
    expect(await table(backend)).toEqual(
      [
        [first, ACCOUNT, 'connected'],
        [other, OTHER_ACCOUNT, 'connected'],
      ].sort(),
    );
  });
});

function userId(device: number): string {
  return `${ACCOUNT}:${device}@s.whatsapp.net`;
}
