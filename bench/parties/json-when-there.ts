import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

const POLL_INTERVAL_MS = 50;

/** The content of a JSON file that a process is about to write, in one piece. */
export async function jsonWhenThere<Content>(file: string): Promise<Content> {
  for (;;) {
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text !== undefined) return JSON.parse(text) as Content;
    await pause(POLL_INTERVAL_MS);
  }
}
