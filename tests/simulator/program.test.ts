import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

import { BaileysClient } from '../harness/baileys-client.ts';
import { CHILD_ENVIRONMENT } from '../harness/child-environment.ts';
import { untilTrue } from '../harness/until.ts';

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
    stderr: () => stderr,
    announcement: async () => JSON.parse((await firstLine)[0]) as Announcement,
    end: async () => ({ code: (await exit)[0], stderr }),
  };
}

interface Shown {
  url: string;
  body: string;
}

/** The requests that the instructions show, each with its body. */
function shownIn(instructions: string): Shown[] {
  const commands = instructions.matchAll(/curl (\S+) --json '(.+)'/g);
  return [...commands].map(([, url, body]) => ({ url: url!, body: body! }));
}

it('prints its addresses, shows how a phone links a client and writes to it, and exits cleanly on SIGTERM', async () => {
  await using program = run();
  const { wsUrl, rootKey, mediaHost, controlUrl } = await program.announcement();
  await untilTrue(() => Promise.resolve(program.stderr().includes('/messages --json')));
  const [createShop, scan, createAna, write] = shownIn(program.stderr()) as [Shown, Shown, Shown, Shown];
  const post = async ({ url, body }: Shown) => (await fetch(url, { method: 'POST', body })).json();
  await using client = new BaileysClient({ wsUrl, rootKey });

  await post(createShop);
  const jid = await client.pairWith({
    scan: (qr) => post({ ...scan, body: scan.body.replace('<text of the QR>', qr) }) as Promise<{ deviceJid: string }>,
  });
  await post(createAna);
  await post(write);

  expect(jid).toBe(`${SHOP}:1@s.whatsapp.net`);
  expect((await client.text('hola')).type).toBe('notify');
  const devices: unknown = await (await fetch(`${controlUrl}/devices`)).json();
  expect(devices).toMatchObject([{ jid, name: 'Mac OS', number: SHOP, online: true }]);
  expect((await fetch(`http://${mediaHost}/`)).status).toBe(404);
  program.child.kill('SIGTERM');
  expect(await program.end()).toMatchObject({ code: 0 });
  expect(program.stderr()).toContain(`makeWASocket({ waWebSocketUrl: '${wsUrl}', auth });`);
  const settings = { WHATSAPP_WS_URL: wsUrl, WHATSAPP_ROOT_KEY: rootKey, WHATSAPP_MEDIA_HOST: mediaHost };
  for (const [name, value] of Object.entries(settings)) expect(program.stderr()).toContain(`  ${name}=${value}\n`);
});

it('refuses to start with invalid arguments or on a port that is taken', async () => {
  await using first = run();
  const port = new URL((await first.announcement()).wsUrl).port;
  await using second = run('--port', port);
  await using third = run('--port', 'nonsense');

  expect(await second.end()).toEqual({ code: 1, stderr: `Port ${port} is in use.\n` });
  expect(await third.end()).toMatchObject({ code: 2, stderr: expect.stringContaining('--port must be') as string });
  first.child.kill('SIGINT');
  expect(await first.end()).toMatchObject({ code: 0 });
});
