import { DEFAULT_CONNECTION_CONFIG, type WAVersion } from '@whiskeysockets/baileys';
import type { RequestListener } from 'node:http';
import { silentLogger } from '../../../src/kit/logger.ts';
import { ClientVersion } from '../../../src/whatsapp/connection/client-version.ts';
import { ManualClock } from '../../harness/manual-clock.ts';
import { PageServer } from '../../harness/page-server.ts';

const REFUSED = DEFAULT_CONNECTION_CONFIG.version;
const NEWER: WAVersion = [2, 3000, REFUSED[2] + 1];
const QUARTER_HOUR_MS = 900_000;

/** The page as WhatsApp writes it: JSON within a string. */
function naming(revision: number): RequestListener {
  return (_, response) => response.end(`self.x=JSON.parse("{\\"client_revision\\":${revision},\\"y\\":1}");`);
}

function versionOf({ host }: PageServer, clock = new ManualClock(), version?: WAVersion): ClientVersion {
  const settings = { wsUrl: `ws://${host}/ws/chat`, ...(version && { version }) };
  return new ClientVersion({ settings, clock, log: silentLogger });
}

describe('a refused client version', () => {
  it('is looked up once for all connections that are refused together', async () => {
    await using page = await PageServer.start(naming(NEWER[2]));
    const version = versionOf(page);

    const answers = await Promise.all(Array.from({ length: 50 }, () => version.refused(REFUSED)));

    expect(new Set(answers)).toEqual(new Set(['newer']));
    expect(version.current).toEqual(NEWER);
    expect(await version.refused(REFUSED)).toBe('newer');
    expect(page.asked).toBe(1);
  });

  it('is not looked up again for a quarter of an hour when there was nothing newer', async () => {
    await using page = await PageServer.start(naming(REFUSED[2]));
    const clock = new ManualClock();
    const version = versionOf(page, clock);
    expect(await version.refused(REFUSED)).toBe('none');
    await clock.advance(QUARTER_HOUR_MS - 1);
    expect(await version.refused(REFUSED)).toBe('none');
    expect(page.asked).toBe(1);

    await clock.advance(1);
    await version.refused(REFUSED);

    expect(page.asked).toBe(2);
  });

  it('that was just read has no newer one', async () => {
    await using page = await PageServer.start(naming(NEWER[2]));
    const version = versionOf(page);
    await version.refused(REFUSED);

    expect(await version.refused(NEWER)).toBe('none');
    expect(page.asked).toBe(1);
  });

  it('is not replaced when the operator set it', async () => {
    await using page = await PageServer.start(naming(NEWER[2]));
    const version = versionOf(page, new ManualClock(), [2, 3000, 1]);

    expect(await version.refused([2, 3000, 1])).toBe('pinned');
    expect([version.current, page.asked]).toEqual([[2, 3000, 1], 0]);
  });

  it.each<[string, RequestListener]>([
    ['names no revision', (_, response) => response.end('<html>')],
    ['is not there', (_, response) => response.writeHead(404).end(`"client_revision":${NEWER[2]}`)],
    ['redirects', (_, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()],
    ['is too large', (_, response) => response.end(`"client_revision":${NEWER[2]}${' '.repeat(5_000_001)}`)],
    ['breaks off', (_, response) => response.write(`"client_revision":${NEWER[2]}`, () => response.destroy())],
  ])('is not replaced when the page %s', async (_, answer) => {
    await using page = await PageServer.start(answer);
    const version = versionOf(page);

    expect(await version.refused(REFUSED)).toBe('none');
    expect(version.current).toEqual(REFUSED);
  });

  it('is not replaced when the page does not complete within 5 s', async () => {
    const asked = Promise.withResolvers<undefined>();
    await using page = await PageServer.start((_, response) => {
      response.write(`"client_revision":${NEWER[2]}`);
      asked.resolve(undefined);
    });
    const clock = new ManualClock();
    const answer = versionOf(page, clock).refused(REFUSED);
    await asked.promise;

    await clock.advance(5_000);

    expect(await answer).toBe('none');
  });
});

describe('the end of a client version', () => {
  const DAY_MS = 86_400_000;
  const start = (pinned?: WAVersion) => {
    const clock = new ManualClock();
    const settings = { wsUrl: 'ws://127.0.0.1:1/', ...(pinned && { version: pinned }) };
    return { clock, version: new ClientVersion({ settings, clock, log: silentLogger }) };
  };

  it('is a warning from two weeks before on, which is returned once', async () => {
    const { clock, version } = start();
    const atMs = clock.now() + 15 * DAY_MS;
    expect([version.expires(REFUSED, atMs), version.warning]).toEqual([undefined, null]);

    await clock.advance(DAY_MS);
    expect(version.warning).toContain(REFUSED.join('.'));
    expect(version.expires(REFUSED, atMs)).toBeUndefined();
    expect(version.expires(REFUSED, atMs - 2 * DAY_MS)).toBe(version.warning);
    expect(version.expires(REFUSED, atMs - 2 * DAY_MS)).toBeUndefined();
  });

  it('that is pinned names the setting', () => {
    const { clock, version } = start(REFUSED);

    expect(version.expires(REFUSED, clock.now() + DAY_MS)).toContain('WHATSAPP_VERSION');
  });

  it.each([NaN, 0, -1, Infinity, Date.UTC(10_000, 0)])('at no real time (%d) is ignored', (atMs) => {
    const { version } = start();

    expect([version.expires(REFUSED, atMs), version.warning]).toEqual([undefined, null]);
  });

  it('is over with a newer version', async () => {
    await using page = await PageServer.start(naming(NEWER[2]));
    const clock = new ManualClock();
    const version = versionOf(page, clock);
    version.expires(REFUSED, clock.now() + DAY_MS);
    expect(version.warning).not.toBeNull();

    await version.refused(REFUSED);

    expect(version.warning).toBeNull();
  });
});
