import { z } from 'zod';
import { parseProxy } from '../../domain/proxy.ts';
import type { SessionChanges } from '../../sessions/state/session-control.ts';
import { nameText, PRINTABLE } from './common.ts';
import { typed } from '../typed.ts';
import { warmUpField } from './warm-up-schemas.ts';

const MAX_LABELS = 20;
const MAX_LABEL = 50;
const LABELS_WANTED = `must be a list of at most ${MAX_LABELS} different texts of 1 to ${MAX_LABEL} printable characters`;
const MAX_DEVICE_NAME = 50;
const DEVICE_WANTED = `must be a text of 1 to ${MAX_DEVICE_NAME} printable characters, or null`;
const MAX_KEYS = 50;
const MAX_METADATA_BYTES = 4_096;
const METADATA_WANTED =
  `must be an object of at most ${MAX_KEYS} texts, numbers, booleans or nulls under keys of 1 to 64 letters, digits, "_", "-", "." or ":", ` +
  `of at most ${MAX_METADATA_BYTES} bytes as JSON`;
const PROXY_WANTED = 'must be the URL of an HTTP, HTTPS or SOCKS5 proxy, or null';

/** A label. */
export const labelText = z
  .string(LABELS_WANTED)
  .min(1, LABELS_WANTED)
  .max(MAX_LABEL, LABELS_WANTED)
  .regex(PRINTABLE, LABELS_WANTED);

const key = z.string().regex(/^(?!__proto__$)[\w.:-]{1,64}$/);

/** The name of a session; an empty one is none. */
export const sessionName = nameText.transform((name) => (name.trim() === '' ? null : name));

/** What a caller says of a session. */
const profileFields = {
  name: sessionName.nullable().optional().meta({ description: 'For people; null or empty for none.' }),
  labels: z
    .array(labelText, LABELS_WANTED)
    .max(MAX_LABELS, LABELS_WANTED)
    .refine((labels) => new Set(labels).size === labels.length, LABELS_WANTED)
    .optional()
    .meta({ description: 'To find sessions by: GET /sessions?label=…' }),
  metadata: z
    .record(key, z.union([z.string(), z.number(), z.boolean(), z.null()], METADATA_WANTED), METADATA_WANTED)
    .refine((value) => Object.keys(value).length <= MAX_KEYS, METADATA_WANTED)
    .refine((value) => Buffer.byteLength(JSON.stringify(value)) <= MAX_METADATA_BYTES, METADATA_WANTED)
    .optional()
    .meta({ description: "For the caller's own use; told in every event." }),
  device_name: z
    .string(DEVICE_WANTED)
    .min(1, DEVICE_WANTED)
    .max(MAX_DEVICE_NAME, DEVICE_WANTED)
    .regex(PRINTABLE, DEVICE_WANTED)
    .nullable()
    .optional()
    .meta({
      description: 'What the phone shows among its linked devices, from the next time that a QR is scanned on.',
    }),
  proxy: z.string(PROXY_WANTED).transform(typed(parseProxy, PROXY_WANTED)).nullable().optional().meta({
    description: 'The proxy of its connections to WhatsApp, with its credentials if it needs any; null for PROXY_URL.',
    example: 'socks5://user:password@proxy.example.com:1080',
  }),
  warm_up: warmUpField.nullable().optional().meta({
    description:
      "How many conversations it may begin a day while it is new: true for the usual plan, false for none, stages for one of its own, null for the server's WARM_UP.",
  }),
};

/** The body of requests that create or change a session. */
export const profileBody = z.object(profileFields);

/** The changes that a body asks for; what is missing in it stays. */
export function changesIn({
  device_name: deviceName,
  proxy,
  warm_up: warmUp,
  ...said
}: z.output<typeof profileBody>): SessionChanges {
  const given = { ...said, deviceName, warmUp, proxy: proxy === undefined ? undefined : (proxy?.shown ?? null) };
  const profile = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { profile, ...(proxy !== undefined && { proxy: proxy?.url ?? null }) };
}
