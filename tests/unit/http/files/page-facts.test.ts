import { addressIn } from '../../../../src/http/files/link-preview.ts';
import { factsOf } from '../../../../src/http/files/page-facts.ts';

const NOTHING = { title: null, description: null, picture: null };

it.each<[string, string, Partial<typeof NOTHING> | Record<string, string>]>([
  ['the tags of Open Graph', '<meta property="og:title" content="Hola"><title>no</title>', { title: 'Hola' }],
  ['them in any order and case', "<META content='Hola' NAME='og:Title'/>", { title: 'Hola' }],
  ['what stands in for them', '<title lang="es">Hola &amp; chau</title>', { title: 'Hola & chau' }],
  ['a description', '<meta name=description content=Abierto>', { description: 'Abierto' }],
  [
    'a picture, the secure one first',
    '<meta property="og:image" content="/a"><meta property="og:image:secure_url" content="/b">',
    { picture: '/b' },
  ],
  [
    'the first of several',
    '<meta property="og:title" content="uno"><meta property="og:title" content="dos">',
    { title: 'uno' },
  ],
  ['entities, and one line', '<title>T&#233; &#x1F375;\n\u2028&lt;3</title>', { title: 'Té 🍵 <3' }],
  ['absurd entities as nothing', '<title>a&#99999999;&#x110000;&#0;b&nada;</title>', { title: 'a&#99999999;b&nada;' }],
  ['nothing of an empty page', '', {}],
])('a page is read: %s', (_, html, facts) => {
  expect(factsOf(html)).toEqual({ ...NOTHING, ...facts });
});

it.each([
  ['elements that never end', '<meta '.repeat(90_000)],
  ['titles that never end', '<title '.repeat(70_000)],
  ['attributes without a value', `<meta ${'a'.repeat(3_900)}>`.repeat(130)],
  ['quotes that never close', `<meta ${'a="'.repeat(1_300)}>`.repeat(130)],
  ['spaces', `<meta ${'a '.repeat(1_900)}>`.repeat(130)],
])('a page of half a megabyte takes no time: %s', (_, html) => {
  // A search that takes the square of the length would not end within the time of a test.
  expect(factsOf(html)).toEqual(NOTHING);
});

it.each([
  ['mira https://example.com/a?b=1#c.', 'https://example.com/a?b=1#c'],
  ['(http://example.com)', 'http://example.com'],
  ['HTTPS://EXAMPLE.COM', 'HTTPS://EXAMPLE.COM'],
  ['ftp://example.com', undefined],
  ['example.com', undefined],
])('the address in "%s" is %s', (text, address) => {
  expect(addressIn(text)).toBe(address);
});
