import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { freePort } from '../harness/free-port.ts';
import { Orchestrator } from '../harness/orchestrator.ts';
import { SkippingClock } from '../harness/skipping-clock.ts';
import { TestAuthority } from '../harness/test-certificates.ts';
import { testFolder } from '../harness/test-folder.ts';
import { untilTrue } from '../harness/until.ts';

const read = (path: string) => readFileSync(new URL(`../../deploy/${path}`, import.meta.url), 'utf8');
const SITE = 'whatsapp.example.com';
const API_KEY = 'the-key-of-the-house';
const authority = new TestAuthority();
const certificate = authority.issue({ names: [SITE] });

/** Where a proxy is to listen, and what it is to serve. */
interface Place {
  folder: string;
  port: number;
  /** `host:port` of the orchestrator. */
  upstream: string;
}

/** The sample with its example of a prefix, at the addresses of the test; fails when it has not what is replaced. */
function replaced(sample: string, replacements: readonly (readonly [RegExp, string])[]): string {
  return replacements.reduce((config, [what, by]) => {
    expect(config).toMatch(what);
    return config.replace(what, by);
  }, sample);
}

interface Proxy {
  isThere: () => boolean;
  start: (place: Place) => Promise<ChildProcess>;
  /** What ends it, and its children, without a wait for whoever is connected. */
  end: NodeJS.Signals;
}

/** How each proxy is configured and started, as its sample says. */
const PROXIES: Record<string, Proxy> = {
  nginx: {
    isThere: () => isThere('nginx', ['-v']),
    end: 'SIGTERM',
    start: async ({ folder, port, upstream }) => {
      const site = replaced(read('nginx/whatsapp-orchestrator.conf'), [
        [/^ +listen \[::\].*$/gm, ''],
        [/listen 443 ssl/, `listen 127.0.0.1:${port} ssl`],
        [/listen 80;/, `listen 127.0.0.1:${await freePort()};`],
        [/\/etc\/letsencrypt\/live\/\S+\//g, `${folder}/`],
        [/127\.0\.0\.1:3000/g, upstream],
        [/^( +)#(location|  proxy_pass|\})/gm, '$1$2'],
      ]);
      const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
        (it) => `${it}_temp_path ${folder}/${it};`,
      );
      const user = process.getuid?.() === 0 ? 'user root;' : '';
      const http = `access_log off; ${temporary.join(' ')}\n${site}`;
      const main = `${user} daemon off; pid ${folder}/pid; error_log stderr warn;\nevents {}\nhttp { ${http} }\n`;
      await writeFile(join(folder, 'nginx.conf'), main);
      return spawn('nginx', ['-p', folder, '-e', 'stderr', '-c', join(folder, 'nginx.conf')], { stdio: 'ignore' });
    },
  },
  Caddy: {
    isThere: () => isThere('caddy', ['version']),
    end: 'SIGKILL',
    start: async ({ folder, port, upstream }) => {
      const site = replaced(read('caddy/Caddyfile'), [
        [
          /^whatsapp\.example\.com \{/m,
          `https://${SITE}:${port} {\n\ttls ${folder}/fullchain.pem ${folder}/privkey.pem`,
        ],
        [/127\.0\.0\.1:3000/g, upstream],
        [/^\t#(?! )/gm, '\t'],
      ]);
      await writeFile(join(folder, 'Caddyfile'), `{\n\tadmin off\n\tauto_https disable_redirects\n}\n${site}`);
      const env = { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
      const args = ['run', '--adapter', 'caddyfile', '--config', join(folder, 'Caddyfile')];
      return spawn('caddy', args, { stdio: 'ignore', env });
    },
  },
};

function isThere(command: string, args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** An answer of the site, of which only the head has arrived. */
async function ask(
  port: number,
  path: string,
  options: { method?: string; headers?: Record<string, string | number>; body?: string } = {},
): Promise<IncomingMessage> {
  const { body, headers, ...others } = options;
  const asked = request({
    ...{ host: '127.0.0.1', port, path, ca: authority.ca, servername: SITE, ...others },
    headers: { host: SITE, authorization: `Bearer ${API_KEY}`, ...headers },
    agent: false,
  });
  asked.end(body);
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  return answer;
}

async function untilHeard(stream: IncomingMessage, wanted: string): Promise<void> {
  let heard = '';
  for await (const chunk of stream.setEncoding('utf8')) {
    heard += String(chunk);
    if (heard.includes(wanted)) return;
  }
  throw new Error(`The stream ended after: ${heard}`);
}

describe.each(Object.entries(PROXIES))('the sample for %s', (_, proxy) => {
  // Debian has both: apt-get install nginx caddy.
  (proxy.isThere() ? it : it.skip)(
    'serves the API, live events and large bodies over TLS, also below a prefix',
    async () => {
      const [folder, port] = [await testFolder(), await freePort()];
      await writeFile(join(folder, 'fullchain.pem'), certificate.cert);
      await writeFile(join(folder, 'privkey.pem'), certificate.key, { mode: 0o600 });
      const environment = {
        API_KEY,
        AUTH_DIR: join(folder, 'auth'),
        DOWNLOADS_DIR: join(folder, 'files'),
        TRUST_PROXY: '1',
      };
      await using server = await Orchestrator.start({ environment, clock: new SkippingClock() });
      const running = await proxy.start({ folder, port, upstream: new URL(server.url).host });
      try {
        await untilTrue(() =>
          ask(port, '/livez').then(
            ({ statusCode }) => statusCode === 200,
            () => false,
          ),
        );

        // It would not arrive while something waits for more, or for the end.
        await untilHeard(await ask(port, '/sessions/events'), 'event: ready');

        // Large enough for every proxy's own limit to be raised; the orchestrator answers, in JSON.
        const large = JSON.stringify({ number: '5491234567890', image: { base64: 'A'.repeat(3 * 1024 * 1024) } });
        const headers = { 'content-type': 'application/json', 'content-length': large.length };
        const sent = await ask(port, '/sessions/session_1_a/messages', { method: 'POST', headers, body: large });
        expect(JSON.parse(await text(sent))).toMatchObject({ success: false, error: expect.any(String) });

        const page = await ask(port, '/whatsapp/dashboard/');
        expect(page.statusCode).toBe(200);
        expect(await text(page)).toContain('<html');
        expect((await ask(port, '/whatsapp/sessions')).statusCode).toBe(200);
        await untilHeard(await ask(port, '/whatsapp/sessions/events'), 'event: ready');
      } finally {
        running.kill(proxy.end);
        await once(running, 'exit');
      }
    },
    60_000,
  );
});

it('both samples let files pass that are as large as MAX_MEDIA_BYTES', () => {
  const limit = 104;
  expect(read('nginx/whatsapp-orchestrator.conf')).toContain(`client_max_body_size ${limit}m;`);
  expect(read('caddy/Caddyfile')).toContain(`max_size ${limit}MiB`);
});
