import { downloadContentFromMessage } from '@whiskeysockets/baileys';
import type { RequestListener } from 'node:http';
import { LibraryDownloads } from '../../../src/whatsapp/baileys/library-downloads.ts';
import { MediaHost } from '../../../src/whatsapp/media/media-host.ts';
import { ManualClock } from '../../harness/manual-clock.ts';
import { PageServer } from '../../harness/page-server.ts';

/** Downloads a history as Baileys does by itself. */
async function download({ host }: PageServer, clock = new ManualClock(), from = host): Promise<Buffer> {
  const options = {
    dispatcher: new LibraryDownloads(clock, (location) => new MediaHost(host).addressOf(location)),
  } as unknown as RequestInit;
  const message = { mediaKey: new Uint8Array(32), url: `http://${from}/history` };
  const parts: Buffer[] = [];
  for await (const part of await downloadContentFromMessage(message, 'md-msg-hist', { options })) {
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts);
}

const cutOff: RequestListener = (_, response) => {
  response.writeHead(200, { 'content-length': '1000' });
  response.write(Buffer.alloc(100), () => response.destroy());
};

describe('a download of Baileys’ own', () => {
  it('fails as a download when it is cut off, and neither hangs nor ends the process', async () => {
    await using page = await PageServer.start(cutOff);

    await expect(download(page)).rejects.toThrow();
  });

  it('fails when it does not end within a minute', async () => {
    const begun = Promise.withResolvers<undefined>();
    await using page = await PageServer.start((_, response) => {
      response.write(Buffer.alloc(100), () => begun.resolve(undefined));
    });
    const clock = new ManualClock();
    const failure = expect(download(page, clock)).rejects.toThrow('not complete after 60000 ms');
    await begun.promise;

    await clock.advance(60_000);

    await failure;
  });

  it('keeps the status of a refusal, which Baileys acts upon', async () => {
    await using page = await PageServer.start((_, response) => response.writeHead(410).end());

    await expect(download(page)).rejects.toMatchObject({ output: { statusCode: 410 } });
  });

  it('comes from the configured host, whatever the message says', async () => {
    await using page = await PageServer.start((_, response) => response.writeHead(410).end());

    await expect(download(page, new ManualClock(), '127.0.0.1:1')).rejects.toMatchObject({
      output: { statusCode: 410 },
    });
  });

  it('leaves all other requests alone', async () => {
    await using page = await PageServer.start((_, response) => response.end('as it is'));
    new LibraryDownloads(new ManualClock(), () => undefined);

    expect(await (await fetch(`http://${page.host}/`)).text()).toBe('as it is');
  });
});
