import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runBackupCommand } from '../../../src/cli/backup-command.ts';
import { itOnSqlite } from '../../harness/on-sqlite.ts';
import { Orchestrator } from '../../harness/orchestrator.ts';
import { randomMasterKey } from '../../harness/random-master-key.ts';
import { startWorld, type World } from '../../harness/world.ts';

const ACCOUNT = '5491234567890';
const PERSON = '5490987654321';
const MASTER_KEY = randomMasterKey();

/** Resolves when WhatsApp has a receipt for everything it sent to the account. */
async function untilConfirmed(world: World): Promise<void> {
  await world.whatsapp.until((whatsapp) => whatsapp.devices().every(({ waiting }) => waiting === 0));
}

itOnSqlite('PostgreSQL is backed up with its own tools')(
  'a backup that is made while messages flow has everything that was confirmed before, and starts without a scan',
  async () => {
    await using world = await startWorld({ environment: { MASTER_KEY } });
    const { sessionId } = await world.link(world.whatsapp.phone(ACCOUNT));
    const person = world.whatsapp.phone(PERSON, 'Juan');
    world.backend.answerWith(503);
    const before: string[] = [];
    for (let count = 0; count < 10; count += 1) before.push(await person.sendText(ACCOUNT, `antes ${count}`));
    await untilConfirmed(world);

    const target = join(world.authDir, '..', 'backup');
    const environment = { ...world.environment, PORT: new URL(world.orchestrator.url).port, HOST: '127.0.0.1' };
    const backup = runBackupCommand([target], environment);
    const progress = { isOver: false };
    void backup.finally(() => (progress.isOver = true)).catch(() => undefined);
    while (!progress.isOver) {
      await person.sendText(ACCOUNT, 'mientras tanto');
      await untilConfirmed(world);
    }

    expect(await backup).toContain('copied while the server runs');
    expect((await readdir(world.authDir)).filter((name) => name.startsWith('backup'))).toEqual([]);
    await world.stopOrchestrator();
    world.backend.recovers();
    await using restored = await Orchestrator.start({
      environment: {
        ...world.environment,
        ...{ AUTH_DIR: join(target, 'auth_sessions'), DOWNLOADS_DIR: join(target, 'downloads') },
      },
      clock: world.clock,
    });
    await world.fastForwardUntil(restored.until(sessionId, { status: 'connected' }));
    for (const id of before) await world.backend.next(({ body }) => body.message_id === id);
    const after = await person.sendText(ACCOUNT, 'después');
    await world.backend.next(({ body }) => body.message_id === after && body.message_content === 'después');
    expect(await restored.send(sessionId, PERSON, 'acá estoy')).toMatchObject({ status: 200 });
  },
);
