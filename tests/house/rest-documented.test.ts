import { readFileSync } from 'node:fs';
import { EVENT_PATHS } from '../../src/domain/event.ts';
import { SESSION_STATUSES } from '../../src/domain/session.ts';
import { ROUTES } from '../../src/http/routes/index.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

/** The first column of the tables of a page, where it is code of this form. */
function firstColumn(text: string, form: string): string[] {
  return [...text.matchAll(new RegExp(`^\\| \`(${form})\``, 'gm'))].map(([, cell]) => cell!);
}

describe('docs/rest.md', () => {
  const page = read('docs/rest.md');

  it('has every route, and no other', () => {
    const routes = ROUTES.map(({ method, path }) => `${method.toUpperCase()} ${path}`);

    expect(firstColumn(page, '[A-Z]+ /[^`]*').sort()).toEqual(routes.sort());
  });

  it('has every status of a session, and no other', () => {
    const [, statuses = ''] = page.split('## Statuses');

    expect(firstColumn(statuses, '[a-z]+')).toEqual([...SESSION_STATUSES]);
  });
});

it('docs/webhooks.md has the path of every event, and no other', () => {
  const paths = [...read('docs/webhooks.md').matchAll(/^\| .+? \| `(\/api\/[^`]+)`/gm)].map(([, path]) => path!);

  expect(paths.sort()).toEqual(Object.values(EVENT_PATHS).sort());
});
