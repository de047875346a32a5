import { createHash, randomBytes } from 'node:crypto';
import { RawClient } from '../raw.ts';
import { post, startFilesServer } from './support.ts';

const PNG = Buffer.from('\x89PNG\r\n\x1a\n and what follows', 'latin1');

function formWith(
  file: Buffer | undefined,
  fields: Record<string, string | string[]> = {},
  name = 'photo.png',
): FormData {
  const form = new FormData();
  for (const [field, values] of Object.entries(fields)) for (const value of [values].flat()) form.append(field, value);
  if (file) form.append('file', new Blob([new Uint8Array(file)]), name);
  return form;
}

describe('an uploaded file', () => {
  it('is on disk while the request is answered, readable only by us, and removed afterwards', async () => {
    await using server = await startFilesServer();
    let duringAnswer: string[] = [];
    server.during.lookingAt = async () => (duringAnswer = await server.leftovers());
    expect(await post(server.url, formWith(PNG, { caption: '¡hola!' }))).toEqual({ status: 200 });
    expect(server.seen).toMatchObject([
      {
        body: { caption: '¡hola!' },
        file: {
          content: PNG,
          size: PNG.length,
          sha256: createHash('sha256').update(PNG).digest('hex'),
          mimetype: 'image/png',
          fileName: 'photo.png',
          modes: ['600', '700'],
        },
      },
    ]);
    expect(duringAnswer).toEqual([expect.stringMatching(/^whatsapp-orchestrator-file-/)]);
    expect(await server.leftovers()).toEqual([]);
  });

  it('arrives unchanged, whatever it contains', async () => {
    await using server = await startFilesServer();
    const content = Buffer.concat([Buffer.from('\r\n--\r\n------'), randomBytes(1024 * 1024 - 100)]);
    await post(server.url, formWith(content));
    expect(server.seen[0]?.file?.content.equals(content)).toBe(true);
  });

  it('may be as large as the limit', async () => {
    await using server = await startFilesServer({ maxBytes: 100_000 });
    expect(await post(server.url, formWith(Buffer.alloc(100_000, 1)))).toEqual({ status: 200 });
    expect(await post(server.url, formWith(Buffer.alloc(100_001, 1)))).toMatchObject({
      status: 413,
      error: 'file_too_large',
    });
    expect(server.seen).toHaveLength(1);
    expect(await server.leftovers()).toEqual([]);
  });

  it('is refused while it arrives if it is too large', async () => {
    await using server = await startFilesServer({ maxBytes: 1_000 });
    const client = await RawClient.to(server.port);
    client.write(
      'POST /files HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 99999999\r\n\r\n' +
        `--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n${'x'.repeat(2_000)}`,
    );
    expect(await client.until(/\}$/)).toMatch(/^HTTP\/1\.1 413 [^]*file_too_large/);
    expect(await server.leftovers()).toEqual([]);
    client.leave();
  });

  it('is removed if the handler fails', async () => {
    await using server = await startFilesServer();
    server.during.lookingAt = () => Promise.reject(new Error('WhatsApp said no'));
    expect(await post(server.url, formWith(PNG))).toMatchObject({ status: 500, error: 'internal_error' });
    expect(server.seen).toHaveLength(1);
    expect(await server.leftovers()).toEqual([]);
  });

  it('is removed if another field is refused', async () => {
    await using server = await startFilesServer();
    expect(await post(server.url, formWith(PNG, { latitude: 'south' }))).toEqual({
      status: 400,
      error: 'invalid_body',
      message: 'The field "latitude" must be a number.',
    });
    expect(server.seen).toEqual([]);
    expect(await server.leftovers()).toEqual([]);
  });

  it('is removed if the client disconnects', async () => {
    await using server = await startFilesServer();
    const client = await RawClient.to(server.port);
    client.write(
      'POST /files HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 9999\r\n\r\n' +
        '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nbeginning',
    );
    while ((await server.leftovers()).length === 0) await new Promise((resolve) => setImmediate(resolve));
    client.leave();
    while ((await server.leftovers()).length > 0) await new Promise((resolve) => setImmediate(resolve));
    expect(server.seen).toEqual([]);
  });

  it.each([
    ['../../etc/passwd', 'passwd'],
    ['C:\\Users\\ana\\foto de año.png', 'foto de año.png'],
    ['..', null],
    ['evil\u202egnp.exe', 'evilgnp.exe'],
  ])('with the name %j is called %j, and has a generated path', async (given, fileName) => {
    await using server = await startFilesServer();
    await post(server.url, formWith(PNG, {}, given));
    expect(server.seen[0]?.file?.fileName).toBe(fileName);
    expect(server.seen[0]?.file?.path).toMatch(/\/whatsapp-orchestrator-file-\w+\/1$/);
  });
});

describe('the fields of a form', () => {
  it('are parsed like JSON: numbers from text, lists from repeated names and from []', async () => {
    await using server = await startFilesServer();
    const fields = { latitude: '-34.5', mentions: ['549111', '549222'] };
    await post(server.url, formWith(PNG, fields));
    await post(server.url, formWith(PNG, { 'mentions[]': '549111' }));
    await post(server.url, formWith(PNG, { mentions: '549111' }));
    expect(server.seen.map(({ body }) => body)).toEqual([
      { latitude: -34.5, mentions: ['549111', '549222'] },
      { mentions: ['549111'] },
      { mentions: ['549111'] },
    ]);
  });

  it('may be sent as one JSON object in the field "json"', async () => {
    await using server = await startFilesServer();
    const json = JSON.stringify({ poll: { options: ['a', 'b'] }, caption: 'x' });
    await post(server.url, formWith(PNG, { json, caption: 'y' }));
    expect(server.seen[0]?.body).toEqual({ poll: { options: ['a', 'b'] }, caption: 'y' });
  });

  it('need no file if the route does not require one', async () => {
    await using server = await startFilesServer();
    expect(await post(server.url, formWith(undefined, { caption: 'x' }))).toEqual({ status: 200 });
    expect(server.seen).toEqual([{ body: { caption: 'x' } }]);
  });
});

const part = (disposition: string, content: string) =>
  `--b\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n${content}\r\n`;
const FILE = part('name="file"; filename="a.txt"', 'content');
const END = '--b--\r\n';

describe('a form', () => {
  it.each<[string, string, string, string?]>([
    ['truncated in a file', part('name="file"; filename="a"', 'content'), 'invalid_body'],
    ['truncated in a field', part('name="caption"', 'hola'), 'invalid_body'],
    ['truncated in the header of a part', '--b\r\nContent-Disposition: form-da', 'invalid_body'],
    ['without a boundary in it', 'no form at all', 'invalid_body'],
    ['that is empty', '', 'invalid_body'],
    ['whose type names no boundary', FILE + END, 'invalid_body', 'multipart/form-data'],
    ['with two files', FILE + FILE + END, 'invalid_body'],
    ['with a file of another name', part('name="picture"; filename="a"', 'x') + END, 'invalid_body'],
    ['whose "file" is a text', part('name="file"', 'https://example.com/') + END, 'invalid_body'],
    ['whose file is empty', part('name="file"; filename="a"', '') + END, 'invalid_file'],
    ['with an invalid field name', part('name="contact[name]"', 'x') + END, 'invalid_body'],
    ['with the name of an object property', part('name="__proto__"', 'x') + END, 'invalid_body'],
    ['with too many fields', FILE + part('name="a"', 'x').repeat(101) + END, 'invalid_body'],
    ['with too much text', part('name="caption"', 'x'.repeat(520 * 1024)) + END, 'body_too_large'],
    ['with too much text in all', part('name="a"', 'x'.repeat(300 * 1024)).repeat(2) + END, 'body_too_large'],
    ['with invalid JSON', part('name="json"', '{') + END, 'invalid_json'],
    ['with JSON that is not an object', part('name="json"', '[1]') + END, 'invalid_body'],
    ['that is declared as compressed', FILE + END, 'unsupported_media_type', 'gzip'],
  ])('%s is refused', async (_what, body, error, type = 'multipart/form-data; boundary=b') => {
    await using server = await startFilesServer();
    const headers =
      type === 'gzip'
        ? { 'Content-Type': 'multipart/form-data; boundary=b', 'Content-Encoding': 'gzip' }
        : { 'Content-Type': type };
    const response = await fetch(server.url, { method: 'POST', body, headers });
    expect(await response.json()).toMatchObject({ success: false, error });
    expect(server.seen).toEqual([]);
    expect(await server.leftovers()).toEqual([]);
    expect(await post(server.url, formWith(PNG))).toEqual({ status: 200 });
  });

  it('with text before and after its parts is accepted', async () => {
    await using server = await startFilesServer();
    const headers = { 'Content-Type': 'multipart/form-data; boundary="b"' };
    const response = await fetch(server.url, { method: 'POST', body: `before\r\n${FILE}${END}\r\nafter`, headers });
    expect(response.status).toBe(200);
    expect(server.seen[0]?.file).toMatchObject({ content: Buffer.from('content'), mimetype: 'text/plain' });
  });
});

describe('a form that arrives in chunks', () => {
  const head = (length: number) =>
    `POST /files HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: ${length}\r\n\r\n`;

  it('is parsed correctly wherever it is split', async () => {
    await using server = await startFilesServer();
    const body = part('name="caption"', 'ho\r\n--la') + FILE + END;
    const client = await RawClient.to(server.port);
    client.write(head(body.length));
    for (const byte of body) {
      client.write(byte);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await client.until(/\}$/)).toMatch(/^HTTP\/1\.1 200 /);
    const { body: fields, file } = server.seen[0] ?? {};
    expect([fields, file?.content.toString()]).toEqual([{ caption: 'ho\r\n--la' }, 'content']);
    client.leave();
  });

  it('may end before the request does', async () => {
    await using server = await startFilesServer();
    const client = await RawClient.to(server.port);
    client.write(head(END.length * 2 + 4) + END + '\r\n\r\n' + END);
    expect(await client.until(/\}$/)).toMatch(/^HTTP\/1\.1 200 /);
    client.leave();
  });
});

describe('a failing disk', () => {
  it.each([
    ['an upload', formWith(PNG)],
    ['base64', { file: { base64: PNG.toString('base64') } }],
  ])('refuses %s with an error that can be retried', async (_what, body) => {
    await using server = await startFilesServer({ temporaryDir: '/nowhere/at/all' });
    expect(await post(server.url, body)).toMatchObject({ status: 503, error: 'storage_unavailable' });
    expect(server.seen).toEqual([]);
  });
});

describe('an upload with an Idempotency-Key', () => {
  it('is recognized by its content', async () => {
    await using server = await startFilesServer();
    const headers = { 'Idempotency-Key': 'order-1' };
    expect(await post(server.url, formWith(PNG, { caption: 'x' }), headers)).toEqual({ status: 200 });
    expect(await post(server.url, formWith(PNG, { caption: 'x' }), headers)).toEqual({ status: 200 });
    expect(server.seen).toHaveLength(1);
    const other = Buffer.concat([PNG, Buffer.from('.')]);
    expect(await post(server.url, formWith(other, { caption: 'x' }), headers)).toMatchObject({
      status: 422,
      error: 'idempotency_mismatch',
    });
    expect(server.seen).toHaveLength(1);
    expect(await server.leftovers()).toEqual([]);
  });
});
