import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { isFromLibsignal } from '../../../src/whatsapp/baileys/quiet-libsignal.ts';

const ROOT = dirname(createRequire(import.meta.url).resolve('libsignal/package.json'));

/** All calls in libsignal that print: where they are, and the text that they begin with. */
function printingCalls(): { place: string; opening: string | undefined }[] {
  return readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.js') && !file.includes('node_modules'))
    .flatMap((file) =>
      [
        ...readFileSync(join(ROOT, file), 'utf8').matchAll(/^(?!\s*\/\/).*\bconsole\.\w+\(\s*(?:(["'`])(.*?)\1)?/gm),
      ].map(([line, , opening]) => ({ place: `${file}: ${line.trim()}`, opening })),
    );
}

describe('what libsignal prints to the console', () => {
  it('is known in full: every call in its sources begins with a text that is dropped', () => {
    const calls = printingCalls();

    expect(calls.length).toBeGreaterThan(10);
    expect(calls.filter(({ opening }) => opening === undefined || !isFromLibsignal(opening))).toEqual([]);
  });

  it.each(['', 'the orchestrator is ready', 'Session'])('is not mistaken for other output: "%s"', (text) => {
    expect(isFromLibsignal(text)).toBe(false);
  });
});
