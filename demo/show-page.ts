import { styleText } from 'node:util';

import type { Callback } from './callback.ts';
import { HOST } from './listen.ts';
import { PageServer } from './page-server.ts';
import { print } from './print.ts';
import type { Closers } from './closers.ts';
import type { Stage } from './stage.ts';

const DEFAULT_PORT = 8090;

/** Starts the orchestrator and the page, prints its address, and then every callback until the process ends. */
export async function showPage(stage: Stage, port: number | undefined, closers: Closers): Promise<never> {
  await stage.orchestrator.start();
  const page = new PageServer(stage);
  closers.push(() => page.close());
  const requestedPort = port ?? DEFAULT_PORT;
  const actualPort = await page
    .start(requestedPort)
    .catch((error: unknown) => startOnFreePort(error, page, requestedPort));
  print(`\n  Demo page:  ${styleText('bold', `http://${HOST}:${actualPort}`)}\n`);
  print('  Open it in a browser and press "Scan". Every webhook that the backend receives is listed here.');
  print('  Press Ctrl-C to stop everything.\n');
  stage.backend.onCallback((callback) => print(formatCallback(callback)));
  return new Promise(() => undefined);
}

async function startOnFreePort(error: unknown, page: PageServer, port: number): Promise<number> {
  if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
  print(`Port ${port} is in use; using a free port instead.`);
  return page.start(0);
}

function formatCallback({ receivedAt, name, summary, isRedelivery, problems }: Callback): string {
  const time = styleText('dim', receivedAt.slice(11, 19));
  const marks = [
    ...(isRedelivery ? ['(redelivered)'] : []),
    ...problems.map((problem) => styleText('red', `✗ ${problem}`)),
  ];
  return [time, styleText('cyan', name.padEnd(30)), summary, ...marks].join('  ');
}
