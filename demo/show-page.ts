import { styleText } from 'node:util';

import { type Callback } from './callback.ts';
import { HOST } from './listen.ts';
import { PageServer } from './page-server.ts';
import { say } from './say.ts';
import { type Closers, type Stage } from './stage.ts';

const USUAL_PORT = 8090;

/** Starts the orchestrator and the page, says where it is, and prints callbacks for as long as it lasts. */
export async function showPage(stage: Stage, port: number | undefined, closers: Closers): Promise<never> {
  await stage.orchestrator.start();
  const page = new PageServer(stage);
  closers.push(() => page.close());
  const wanted = port ?? USUAL_PORT;
  const taken = await page.start(wanted).catch((error: unknown) => elsewhere(error, page, wanted));
  say(`\n  The page:  ${styleText('bold', `http://${HOST}:${taken}`)}\n`);
  say('  Open it in a browser and press "Scan". What the backend is told follows here; Ctrl-C ends everything.\n');
  stage.backend.onCallback((callback) => say(inOneLine(callback)));
  return new Promise(() => undefined);
}

async function elsewhere(error: unknown, page: PageServer, port: number): Promise<number> {
  if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
  say(`Port ${port} is in use, so the page is on a free one.`);
  return page.start(0);
}

function inOneLine({ receivedAt, name, line, again, complaints }: Callback): string {
  const time = styleText('dim', receivedAt.slice(11, 19));
  const marks = [...(again ? ['(again)'] : []), ...complaints.map((complaint) => styleText('red', `✗ ${complaint}`))];
  return [time, styleText('cyan', name.padEnd(30)), line, ...marks].join('  ');
}
