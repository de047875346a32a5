import { readFile, stat } from 'node:fs/promises';

/** A process that has a file locked. */
export interface LockHolder {
  pid: number;
  /** Its command line; empty when that may not be read. */
  command: string;
}

/** Who has a lock on this file, as Linux knows it; `undefined` elsewhere, or when it is in another container. */
export async function lockHolder(file: string): Promise<LockHolder | undefined> {
  const inode = String((await stat(file)).ino);
  const locks = await readFile('/proc/locks', 'utf8').catch(() => '');
  const pid = holderOf(locks, inode);
  if (pid === undefined) return undefined;
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return { pid, command: command.split('\0').join(' ').trim() };
}

/** An entry is such as `1: POSIX  ADVISORY  WRITE 4711 08:01:131072 1073741824 1073742335`. Another container's process is number 0. */
function holderOf(locks: string, inode: string): number | undefined {
  for (const line of locks.split('\n')) {
    const [, pid, found] = /^\d+: POSIX +\w+ +WRITE +(\d+) +[\da-f]+:[\da-f]+:(\d+) /.exec(line) ?? [];
    if (found === inode && Number(pid) > 0) return Number(pid);
  }
  return undefined;
}
