import fc from 'fast-check';
import { cleanFileName } from '../../../src/kit/file-name.ts';

describe('a file name that somebody chose', () => {
  it.each<[string | null | undefined, string | null]>([
    ['factura.pdf', 'factura.pdf'],
    ['mañana 😀.pdf', 'mañana 😀.pdf'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\Windows\\system32\\calc.exe', 'calc.exe'],
    ['foto\u202egpj.exe', 'fotogpj.exe'],
    ['a\u0000b\r\nSet-Cookie: c', 'abSet-Cookie: c'],
    ['  .bashrc ', '.bashrc'],
    ['..', null],
    ['/', null],
    ['\u0000', null],
    ['', null],
    [null, null],
    [undefined, null],
    ['\ud800.txt', '\ufffd.txt'],
  ])('%j becomes %j', (given, cleaned) => {
    expect(cleanFileName(given)).toBe(cleaned);
  });

  it('is shortened between characters, and keeps its extension', () => {
    expect(cleanFileName(`${'ñ'.repeat(500)}.pdf`)).toBe(`${'ñ'.repeat(125)}.pdf`);
    expect(cleanFileName('😀'.repeat(100))).toBe('😀'.repeat(63));
  });

  it('names one file, whatever it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (given) => {
        const cleaned = cleanFileName(given);
        if (cleaned === null) return;
        expect(cleaned).not.toMatch(/[/\\\p{Cc}\u202e]|^\.*$/u);
        expect(Buffer.byteLength(cleaned)).toBeLessThanOrEqual(255);
      }),
    );
  });
});
