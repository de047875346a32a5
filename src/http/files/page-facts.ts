/** What a page says of itself. */
export interface PageFacts {
  title: string | null;
  description: string | null;
  /** The address of a picture, perhaps relative to that of the page. */
  picture: string | null;
}

/** As many `meta` elements are looked at. */
const MAX_METAS = 300;

// Each part has a limit, so that no page takes long: strangers write them.
const META = /<meta\s([^<>]{1,4000})>/gi;
const TITLE = /<title[^<>]{0,200}>([^<]{1,2000})/i;
const ATTRIBUTE = /([\w:-]{1,40})\s{0,5}=\s{0,5}(?:"([^"]{0,3000})"|'([^']{0,3000})'|([^\s"']{1,3000}))/g;

/** Reads the Open Graph tags of a page, and what stands in for them: Twitter's, `description` and `title`. */
export function factsOf(html: string): PageFacts {
  const metas = metasOf(html);
  const first = (...keys: string[]) => keys.map((key) => metas.get(key)).find((text) => text) ?? null;
  return {
    title: first('og:title', 'twitter:title') ?? titleOf(html),
    description: first('og:description', 'twitter:description', 'description'),
    picture: first('og:image:secure_url', 'og:image', 'og:image:url', 'twitter:image'),
  };
}

function titleOf(html: string): string | null {
  const [, text = ''] = TITLE.exec(html) ?? [];
  return clean(text) || null;
}

/** The contents of the `meta` elements by their names; of each the first. */
function metasOf(html: string): Map<string, string> {
  const metas = new Map<string, string>();
  for (const [, attributes = ''] of [...html.matchAll(META)].slice(0, MAX_METAS)) {
    const { property, name, content } = attributesOf(attributes);
    const key = (property ?? name)?.toLowerCase();
    if (key !== undefined && content !== undefined && !metas.has(key)) metas.set(key, clean(content));
  }
  return metas;
}

function attributesOf(text: string): Record<string, string | undefined> {
  const pairs = [...text.matchAll(ATTRIBUTE)].map(([, name = '', double, single, bare]) => [
    name.toLowerCase(),
    double ?? single ?? bare,
  ]);
  return Object.fromEntries(pairs) as Record<string, string | undefined>;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

/** Decodes the entities that pages use, and removes what would not be shown. */
function clean(text: string): string {
  const decoded = text.replace(
    /&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w{2,6}));/gi,
    (all, decimal, hex, name: string | undefined) => {
      if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? all;
      const point = hex === undefined ? Number(decimal) : Number.parseInt(String(hex), 16);
      return point > 0 && point <= 0x10_ff_ff ? String.fromCodePoint(point) : '';
    },
  );
  return decoded
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim();
}
