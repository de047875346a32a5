import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type CountryCode, getCountries, getExampleNumber } from 'libphonenumber-js';
import { numberFiles } from '../../../src/http/dashboard/number-files.ts';

const examples = createRequire(import.meta.url)('libphonenumber-js/examples.mobile.json') as Record<
  CountryCode,
  string
>;

/** The page's own function, on the formats that the server serves. */
async function readable(): Promise<(digits: string) => string> {
  const page = readFileSync(new URL('../../../src/http/dashboard/page/words/format.js', import.meta.url), 'utf8');
  const alone = page.replaceAll(/^import .*$/gm, '');
  const script = `const language = 'en';\n${numberFiles().get('numbers/formats.js')!}${alone}`;
  return (
    (await import(`data:text/javascript,${encodeURIComponent(script)}`)) as { readable: (digits: string) => string }
  ).readable;
}

it('the dashboard groups a mobile number of every country as libphonenumber does', async () => {
  const read = await readable();
  const numbers = getCountries().flatMap((country) => getExampleNumber(country, examples) ?? []);
  expect(numbers.length).toBeGreaterThan(200);
  expect(numbers.map(({ number }) => read(number.slice(1)))).toEqual(numbers.map((each) => each.formatInternational()));
  expect(read('5215512345678')).toBe('+52 1 55 1234 5678');
  expect(['120363041234567890', '', '999123456789'].map(read)).toEqual(['120363041234567890', '', '+999123456789']);
});
