import { chooseMimetype, mimetypeOf } from '../../../../src/http/files/mimetype.ts';

const bytes = (text: string) => Buffer.from(text, 'latin1');
const NOTHING = bytes('\x00\x01\x02');

describe('the content of a file', () => {
  it.each([
    ['image/jpeg', '\xff\xd8\xff\xe0\x00\x10JFIF'],
    ['image/png', '\x89PNG\r\n\x1a\n\x00'],
    ['image/gif', 'GIF89a'],
    ['image/webp', 'RIFF\x24\x00\x00\x00WEBPVP8 '],
    ['audio/wav', 'RIFF\x24\x00\x00\x00WAVEfmt '],
    ['audio/ogg; codecs=opus', `OggS\x00\x02${'\x00'.repeat(21)}\x13OpusHead`],
    ['video/ogg', `OggS\x00\x02${'\x00'.repeat(21)}\x2a\x80theora`],
    ['audio/ogg', `OggS\x00\x02${'\x00'.repeat(21)}\x1e\x01vorbis`],
    ['video/mp4', '\x00\x00\x00\x20ftypisom'],
    ['audio/mp4', '\x00\x00\x00\x20ftypM4A '],
    ['video/quicktime', '\x00\x00\x00\x14ftypqt  '],
    ['video/3gpp', '\x00\x00\x00\x18ftyp3gp4'],
    ['image/heic', '\x00\x00\x00\x18ftypheic'],
    ['image/avif', '\x00\x00\x00\x18ftypavif'],
    ['audio/mpeg', 'ID3\x04'],
    ['audio/mpeg', '\xff\xfb\x90\x64'],
    ['audio/amr', '#!AMR\n'],
    ['application/pdf', '%PDF-1.7'],
  ])('reveals %s', (mimetype, head) => {
    expect(chooseMimetype({ head: bytes(head) })).toBe(mimetype);
    expect(chooseMimetype({ head: bytes(head), fileName: 'a.txt' })).toBe(mimetype);
  });
});

describe('the type of a file', () => {
  it.each([
    ['the caller', { given: 'Image/WebP', declared: 'image/png', fileName: 'a.gif' }, 'image/webp'],
    ['the declared type', { declared: 'image/png', fileName: 'a.gif' }, 'image/png'],
    [
      'its name',
      { fileName: 'Report.DOCX' },
      'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    ],
    ['its name, if it is declared as bytes', { declared: 'application/octet-stream', fileName: 'a.csv' }, 'text/csv'],
    ['its name, if it is declared as text', { declared: 'text/plain', fileName: 'a.csv' }, 'text/csv'],
    ['text, if nothing else is known', { declared: 'text/plain; charset=utf-8' }, 'text/plain'],
    ['nothing, if the name has no extension', { fileName: 'pdf' }, 'application/octet-stream'],
    ['nothing, if nothing is known', {}, 'application/octet-stream'],
    ['nothing, if the declared type is invalid', { declared: 'picture' }, 'application/octet-stream'],
  ])('comes from %s', (_what, clues, mimetype) => {
    expect(chooseMimetype({ ...clues, head: NOTHING })).toBe(mimetype);
  });
});

describe('a media type', () => {
  it.each([
    ['Image/PNG', 'image/png'],
    [' text/plain ; charset=utf-8', 'text/plain'],
    ['audio/ogg; codecs=opus', 'audio/ogg; codecs=opus'],
    ['audio/ogg;charset=x; Codecs="opus"', 'audio/ogg; codecs=opus'],
    ['application/vnd.ms-excel', 'application/vnd.ms-excel'],
    ['image/svg+xml', 'image/svg+xml'],
    ['png', undefined],
    ['a/b/c', undefined],
    ['image/png\r\nX: y', undefined],
    ['image/', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%j is normalized to %j', (text, mimetype) => {
    expect(mimetypeOf(text)).toBe(mimetype);
  });
});
