import { z } from 'zod';
import type { Button } from '../../domain/interactive.ts';
import { phoneNumber, shortText } from './message-fields.ts';

/** The limits of WhatsApp's own templates and lists: what is longer is cut off on phones, or not shown. */
const MAX = { buttons: 10, label: 25, id: 256, code: 1_000, url: 2_000, sections: 10, rows: 10, row: 24, more: 72 };
const MAX_FRAME = 60;
const MAX_BODY = 4_096;

const optionalText = (max: number) => shortText(max).nullable().default(null);

const webAddress = shortText(MAX.url).refine((text) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url !== undefined && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
}, 'must be an address that begins with http:// or https://, without credentials');

const text = shortText(MAX.label);

const button = z.discriminatedUnion(
  'type',
  [
    z.object({ type: z.literal('reply'), text, id: shortText(MAX.id).optional() }),
    z.object({ type: z.literal('url'), text, url: webAddress }),
    z.object({ type: z.literal('copy'), text, code: shortText(MAX.code) }),
    z.object({ type: z.literal('call'), text, phone_number: phoneNumber }),
  ],
  { error: 'must have a type: reply, url, copy or call' },
);

function domainButton(given: z.output<typeof button>): Button {
  if (given.type === 'reply') return { ...given, id: given.id ?? given.text };
  return given.type === 'call' ? { type: 'call', text: given.text, phoneNumber: given.phone_number } : given;
}

const BUTTONS = `needs 1 to ${MAX.buttons} buttons`;

/** The buttons of a message. Those that answer need different ids, and every button a text of its own. */
export const buttons = z
  .array(button, BUTTONS)
  .min(1, BUTTONS)
  .max(MAX.buttons, BUTTONS)
  .transform((given) => given.map(domainButton))
  .refine((given) => areDifferent(given.map((each) => each.text)), 'must not repeat a text')
  .refine(
    (given) => areDifferent(given.flatMap((each) => (each.type === 'reply' ? [each.id] : []))),
    'must not repeat an id',
  );

const row = z.object({
  id: shortText(MAX.id),
  title: shortText(MAX.row),
  description: optionalText(MAX.more),
});

const ROWS = `needs 1 to ${MAX.rows} rows in total`;
const SECTIONS = `needs 1 to ${MAX.sections} sections`;

/** The sections of a list. */
export const sections = z
  .array(z.object({ title: optionalText(MAX.row), rows: z.array(row, ROWS).min(1, ROWS) }), SECTIONS)
  .min(1, SECTIONS)
  .max(MAX.sections, SECTIONS)
  .refine((given) => given.flatMap(({ rows }) => rows).length <= MAX.rows, ROWS)
  .refine(
    (given) => given.length === 1 || given.every(({ title }) => title !== null),
    'must have titles if there are several',
  )
  .refine((given) => areDifferent(given.flatMap(({ rows }) => rows.map(({ id }) => id))), 'must not repeat an id');

/** The texts around buttons and lists. */
export const frame = {
  header: optionalText(MAX_FRAME),
  text: shortText(MAX_BODY).meta({ description: 'What phones show that cannot show the rest, too.' }),
  footer: optionalText(MAX_FRAME),
};

/** The text of the button that opens a list. */
export const listButton = shortText(MAX.label).meta({ example: 'Ver opciones' });

function areDifferent(texts: string[]): boolean {
  return new Set(texts).size === texts.length;
}
