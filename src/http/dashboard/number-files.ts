import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** How a country writes its numbers: a pattern of the digits after the country code, their grouping, and how they begin. */
type Format = readonly [pattern: string, grouping: string, beginning: string];

/** What the metadata of libphonenumber-js says, as far as it is read here. */
interface Metadata {
  country_calling_codes: Record<string, readonly string[]>;
  /** The fifth value of a country is its list of formats. */
  countries: Record<string, readonly unknown[]>;
}

const FORMATS_AT = 4;
const packageFile = (name: string) => {
  const folder = createRequire(import.meta.url).resolve('libphonenumber-js/package.json');
  return readFileSync(new URL(name, `file://${folder}`), 'utf8');
};

/** The scripts of the page that come from libphonenumber-js: the library itself, and how each country groups its numbers. */
export function numberFiles(): ReadonlyMap<string, string> {
  return new Map([
    [
      'numbers/libphonenumber.js',
      packageFile('bundle/libphonenumber-min.js').replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n'),
    ],
    ['numbers/formats.js', `export const FORMATS = ${JSON.stringify(formats())};\n`],
  ]);
}

/** By country code. Countries that share one write their numbers as its main country does. */
function formats(): Record<string, Format[]> {
  const metadata = JSON.parse(packageFile('metadata.min.json')) as Metadata;
  return Object.fromEntries(
    Object.entries(metadata.country_calling_codes).map(([code, [main = '']]) => {
      // 0 where there are none.
      const formatsOfCountry = metadata.countries[main]?.[FORMATS_AT];
      return [code, Array.isArray(formatsOfCountry) ? (formatsOfCountry as unknown[][]).flatMap(formatOf) : []];
    }),
  );
}

/** `NA` is what nobody writes with a country code. Dashes and the like are spaces in numbers with one. */
function formatOf([pattern, national, beginnings, , , international]: unknown[]): Format[] {
  if (international === 'NA') return [];
  const grouping = String(international ?? national).replace(/[-./~ ]+/g, ' ');
  return [[String(pattern), grouping, (beginnings as string[] | undefined)?.at(-1) ?? '']];
}
