import { nameInDisposition, nameInUrl } from '../../../../src/http/files/file-name.ts';
import { cleanFileName } from '../../../../src/kit/file-name.ts';

describe('a declared file name', () => {
  it.each([
    ['photo.png', 'photo.png'],
    ['  foto de año.png ', 'foto de año.png'],
    ['👩‍👩‍👧.png', '👩‍👩‍👧.png'],
    ['.env', '.env'],
    ['a/b/c.png', 'c.png'],
    ['..\\..\\c.png', 'c.png'],
    ['/etc/passwd', 'passwd'],
    ['a\u0000b\r\nc\u007f.png', 'abc.png'],
    ['evil\u202egnp.exe', 'evilgnp.exe'],
    ['half \ud83d', 'half \ufffd'],
  ])('%j becomes %j', (given, name) => {
    expect(cleanFileName(given)).toBe(name);
  });

  it.each(['', ' ', '.', '..', '...', 'a/', 'a/..', '\u0000', undefined])('nothing is left of %j', (given) => {
    expect(cleanFileName(given)).toBeNull();
  });

  it.each([
    ['in letters', `${'a'.repeat(300)}.png`, `${'a'.repeat(251)}.png`],
    ['in emoji, none of which is cut', `${'🎉'.repeat(100)}.png`, `${'🎉'.repeat(62)}.png`],
    ['without an extension', 'ñ'.repeat(200), 'ñ'.repeat(127)],
    ['with a long extension', `a.${'b'.repeat(300)}`, `a.${'b'.repeat(253)}`],
    ['by one byte', `${'a'.repeat(252)}.png`, `${'a'.repeat(251)}.png`],
  ])('that is too long is shortened to 255 bytes: %s', (_what, given, name) => {
    expect(cleanFileName(given)).toBe(name);
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
  });
});

it('a name of megabytes is shortened at once: cutting off one character at a time would take hours', () => {
  expect(cleanFileName(`${'ñ'.repeat(2_000_000)}.png`)).toBe(`${'ñ'.repeat(125)}.png`);
});

describe('the name in a header', () => {
  it.each([
    ['attachment; filename=a.png', 'a.png'],
    ['attachment; filename="a b.png"', 'a b.png'],
    ['attachment;filename="a \\"b\\".png"; x=y', 'a "b".png'],
    ['attachment; FileName="a;b.png"', 'a;b.png'],
    [`attachment; filename*=UTF-8''a%20%C3%B1.png`, 'a ñ.png'],
    [`attachment; filename="a.png"; filename*=utf-8'es'%C3%B1.png`, 'ñ.png'],
    [`attachment; filename="a.png"; filename*=UTF-8''%zz`, 'a.png'],
    [`attachment; filename="a.png"; filename*=latin1''%F1`, 'a.png'],
    [Buffer.from('attachment; filename="ñ.png"').toString('latin1'), 'ñ.png'],
    ['attachment; filename="\u00f1.png"', 'ñ.png'],
    ['inline', undefined],
    ['filename=a.png', undefined],
    ['attachment; filename="a', '"a'],
    ['', undefined],
    [undefined, undefined],
  ])('%j is %j', (header, name) => {
    expect(nameInDisposition(header)).toBe(name);
  });

  it('is parsed in linear time', () => {
    expect(nameInDisposition(`attachment; filename="${'\\'.repeat(16_000)}`)).toBeDefined();
    expect(nameInDisposition(`attachment${'; filename'.repeat(1_600)}`)).toBeUndefined();
    expect(nameInDisposition(`attachment;${' '.repeat(16_000)}`)).toBeUndefined();
  });
});

describe('the name in a URL', () => {
  it.each([
    ['https://example.com/a/b%20c.png?x=/d#/e', 'b c.png'],
    ['https://example.com/a/', ''],
    ['https://example.com', ''],
    ['https://example.com/%E0%A4%A', undefined],
  ])('%s is %j', (url, name) => {
    expect(nameInUrl(new URL(url))).toBe(name);
  });
});
