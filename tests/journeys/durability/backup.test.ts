import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { itOnSqlite } from '../../harness/on-sqlite.ts';
import { Orchestrator } from '../../harness/orchestrator.ts';
import { startWorld } from '../../harness/world.ts';

const ACCOUNT = '5491234567890';
const PERSON = '5490987654321';

itOnSqlite('PostgreSQL is backed up with its own tools')(
  'a copy of AUTH_DIR, made while the server is stopped, restores the sessions elsewhere',
  async () => {
    await using world = await startWorld();
    const { sessionId } = await world.link(world.whatsapp.phone(ACCOUNT));
    const person = world.whatsapp.phone(PERSON, 'Juan');
    // Next to AUTH_DIR, so that both are removed together.
    const copy = join(world.authDir, '..', 'copy');
    await world.stopOrchestrator();

    await cp(world.authDir, copy, { recursive: true });
    const id = await person.sendText(ACCOUNT, 'mientras tanto');
    await using elsewhere = await Orchestrator.start({
      environment: { ...world.environment, AUTH_DIR: copy },
      clock: world.clock,
    });

    await elsewhere.until(sessionId, { status: 'connected' });
    const { body } = await world.backend.next((received) => received.body.message_id === id);
    expect(body).toMatchObject({ message_content: 'mientras tanto', offline: true });
    expect(await elsewhere.send(sessionId, PERSON, 'acá estoy')).toMatchObject({ status: 200 });
  },
);
