import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

import { BaileysClient } from '../harness/baileys-client.ts';
import { CHILD_ENVIRONMENT } from '../harness/child-environment.ts';

const MAIN = new URL('../../simulator/main.ts', import.meta.url).pathname;
const SHOP = '5491166778899';

interface Announcement {
  wsUrl: string;
  rootKey: string;
  mediaHost: string;
  controlUrl: string;
}

function run(...args: string[]) {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...process.env, ...CHILD_ENVIRONMENT },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exit = once(child, 'exit') as Promise<[number | null]>;
  const firstLine = once(createInterface(child.stdout), 'line') as Promise<[string]>;
  let stderr = '';
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
  return {
    child,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await exit;
    },
    announcement: async () => JSON.parse((await firstLine)[0]) as Announcement,
    end: async () => ({ code: (await exit)[0], stderr }),
  };
}

it('prints its addresses, links a client through the control server, and exits cleanly on SIGTERM', async () => {
  await using program = run('--control-port', '0');
  const { wsUrl, rootKey, mediaHost, controlUrl } = await program.announcement();
  const post = async (path: string, body: unknown) =>
    (await fetch(`${controlUrl}${path}`, { method: 'POST', body: JSON.stringify(body) })).json();
  await post('/phones', { number: SHOP });
  await using client = new BaileysClient({ wsUrl, rootKey });

  const scan = (qr: string) => post(`/phones/${SHOP}/scan`, { qr }) as Promise<{ deviceJid: string }>;
  const jid = await client.pairWith({ scan });

  expect(jid).toBe(`${SHOP}:1@s.whatsapp.net`);
  const devices: unknown = await (await fetch(`${controlUrl}/devices`)).json();
  expect(devices).toEqual([{ jid, name: 'Mac OS', number: SHOP, online: true, waiting: 0 }]);
  expect((await fetch(`http://${mediaHost}/`)).status).toBe(404);
  program.child.kill('SIGTERM');
  expect(await program.end()).toEqual({ code: 0, stderr: '' });
});

it('refuses to start with invalid arguments or on a port that is taken', async () => {
  await using first = run();
  const port = new URL((await first.announcement()).wsUrl).port;
  await using second = run('--port', port);
  await using third = run('--port', 'nonsense');

  expect(await second.end()).toEqual({ code: 1, stderr: `Port ${port} is in use.\n` });
  expect(await third.end()).toMatchObject({ code: 2, stderr: expect.stringContaining('--port must be') as string });
  first.child.kill('SIGINT');
  expect(await first.end()).toEqual({ code: 0, stderr: '' });
});
