import pg from 'pg';
import { newPostgresUrl } from '../../harness/shared-postgres.ts';
import { TcpRelay } from '../../harness/tcp-relay.ts';
import { untilTrue } from '../../harness/until.ts';
import { startWorld } from '../../harness/world.ts';

const ANA = '5491122223333';
const CUSTOMER = '5491144445555';

it('a table of the operator gets each event once, in order, whatever becomes of the database and the process', async () => {
  const url = new URL(await newPostgresUrl());
  const db = new pg.Client({ connectionString: url.href });
  await db.connect();
  await using relay = await TcpRelay.start(Number(url.port));
  url.port = String(relay.port);
  const environment = { SINK_DATABASE_URL: url.href, SINK_EVENTS: 'message-received,new-session-connected' };
  await using world = await startWorld({ environment });
  const texts = async () => {
    const { rows } = await db.query<{ text: string }>(
      `SELECT coalesce(data->>'message_content', type) AS text FROM whatsapp_events ORDER BY position`,
    );
    return rows.map(({ text }) => text);
  };
  const untilTexts = (...wanted: string[]) => untilTrue(async () => (await texts()).join() === wanted.join());
  const problems = async () => (await world.orchestrator.get('/health')).body.problems as string[];

  await untilTrue(async () => (await db.query(`SELECT to_regclass('whatsapp_events') AS it`)).rows[0].it !== null);
  const { sessionId } = await world.link(world.whatsapp.phone(ANA));
  const customer = world.whatsapp.phone(CUSTOMER);
  await customer.sendText(ANA, 'uno');
  const told = await world.backend.next('messages/received');
  await untilTexts('new-session-connected', 'uno');
  const { rows } = await db.query(`SELECT * FROM whatsapp_events WHERE type = 'message-received'`);
  expect(rows).toMatchObject([
    {
      ...{ webhook_id: told.headers['webhook-id'], session_id: sessionId, seq: told.headers['x-session-seq'] },
      data: told.body,
    },
  ]);

  relay.goAway();
  await customer.sendText(ANA, 'dos');
  await world.backend.next('messages/received');
  await untilTrue(async () => (await problems()).some((problem) => problem.includes('SINK_DATABASE_URL')));
  await world.stopOrchestrator();
  relay.comeBack();
  await world.startOrchestrator();
  await untilTexts('new-session-connected', 'uno', 'dos');
  expect(await problems()).toEqual([]);
  await customer.sendText(ANA, 'tres');
  await untilTexts('new-session-connected', 'uno', 'dos', 'tres');
  expect((await world.orchestrator.get('/webhooks')).body.data).toEqual([]);
  await db.end();
});
