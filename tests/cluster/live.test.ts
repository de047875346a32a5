import type { Environment } from '../../src/config/environment.ts';
import { EventReader } from '../harness/event-reader.ts';
import { Orchestrator } from '../harness/orchestrator.ts';
import { newPostgresUrl } from '../harness/shared-postgres.ts';
import { startWorld } from '../harness/world.ts';

const ACCOUNT = '5491234567890';
const PERSON = '5490987654321';

/** What every node of a test has: its name comes in addition. */
async function sharedSettings(): Promise<Environment> {
  const database = { DATABASE_URL: await newPostgresUrl(), DATABASE_DURABILITY: 'single' };
  const cluster = { CLUSTER_SECRET: 's'.repeat(32), CLUSTER_PORT: '0', CLUSTER_LEASE: '5' };
  return { ...database, ...cluster, DASHBOARD_MESSAGES: 'true', CLUSTER_NODE_ID: 'a' };
}

it('live events show what happens on other nodes, and not that a session moves', async () => {
  await using world = await startWorld({ environment: await sharedSettings() });
  const { sessionId } = await world.link(world.whatsapp.phone(ACCOUNT));
  const person = world.whatsapp.phone(PERSON, 'Juan');
  const environment = { ...world.environment, CLUSTER_NODE_ID: 'b' };
  await using b = await Orchestrator.start({ environment, clock: world.clock });
  await using reader = await EventReader.open(`${b.url}/sessions/events`);
  expect(await reader.next('session')).toMatchObject({ session_id: sessionId, status: 'connected' });

  await person.sendText(ACCOUNT, 'from the other node');
  expect(await reader.next('message')).toMatchObject({ session_id: sessionId, text: 'from the other node' });
  await world.stopOrchestrator();
  await b.until(sessionId, { status: 'connected' });
  await person.sendText(ACCOUNT, 'from this one');
  expect(await reader.next('message')).toMatchObject({ session_id: sessionId, text: 'from this one' });

  const shown = reader.events.filter(({ event }) => event === 'session' || event === 'removed');
  expect(new Set(shown.map(({ data }) => data.status as unknown))).toEqual(new Set(['connected']));
  expect(new Set(shown.map(({ data }) => JSON.stringify(data))).size).toBe(shown.length);
  // Recent messages are those of the node that has the session.
  const { body } = await b.get(`/sessions/${sessionId}/messages`);
  expect(body.data).toMatchObject([{ text: 'from this one' }]);
});
