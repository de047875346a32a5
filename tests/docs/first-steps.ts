import { readFileSync } from 'node:fs';

const PAGE = readFileSync(new URL('../../docs/first-steps.md', import.meta.url), 'utf8');

/** The backend of `docs/first-steps.md`, as a reader saves it, but for its port. */
export function backendOfFirstSteps(port: number): string {
  const [, code = ''] = /^ *```javascript\n(.*?)^ *```/ms.exec(PAGE) ?? [];
  return code.replace('8000', String(port));
}

/** The words of the dashboard that the page quotes in Spanish, in its order. */
export function wordsOfFirstSteps(): string[] {
  const [, section = ''] = /^## Atiendo .*?\n(.*)/ms.exec(PAGE) ?? [];
  return [...section.matchAll(/\*\*(.+?)\*\*/g)].map(([, words]) => words!);
}
