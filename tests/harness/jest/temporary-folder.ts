import { chmod, mkdtemp, readdir, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Linux keeps what is written here in memory: SQLite waits for the disk a quarter of the time that tests with storages take. */
const IN_MEMORY = '/dev/shm';
/** All tests write about a fifth of this, most of it a PostgreSQL and browsers' profiles. */
const NEEDED_BYTES = 2 ** 30;

const PREFIX = 'whatsapp-orchestrator-tests-';

/** Gives the temporary files of all tests a folder of their own, which {@link removeTemporaryFolder} removes. */
export async function makeTemporaryFolder(): Promise<void> {
  const parent = (await freeBytes(IN_MEMORY)) >= NEEDED_BYTES ? IN_MEMORY : tmpdir();
  await removeAbandoned(parent);
  const folder = await mkdtemp(join(parent, `${PREFIX}${process.pid}-`));
  // PostgreSQL runs as a user of its own.
  await chmod(folder, 0o755);
  process.env.TMPDIR = folder;
}

/** Removes the folder and all that is in it. */
export async function removeTemporaryFolder(): Promise<void> {
  // A PostgreSQL that was told to end may still write.
  await rm(process.env.TMPDIR!, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}

/** 0 where there is no such folder. */
async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder).catch(() => ({ bavail: 0, bsize: 0 }));
  return bavail * bsize;
}

/** Removes what runs that were killed have left. */
async function removeAbandoned(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const [pid = ''] = name.startsWith(PREFIX) ? name.slice(PREFIX.length).split('-') : [];
    if (pid !== '' && !isRunning(Number(pid))) await rm(join(parent, name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
