import { z } from 'zod';
import type { AuditFilter, ChainCheck, StoredAuditEntry } from '../../../domain/audit.ts';
import { isoTime } from '../../../kit/clock.ts';
import type { AuditApi } from '../../core.ts';
import { NDJSON, sendLines } from '../../responses/send-lines.ts';
import { ok, route } from '../../route.ts';
import { EXAMPLE_ID, pageQuery, sessionIdText, succeeded, timeText, wholeNumber } from '../../schemas/common.ts';

const EXPORTED_AT_ONCE = 500;

const entry = z
  .strictObject({
    id: z.int().positive(),
    at: z.iso.datetime().meta({ description: 'When the answer was given.' }),
    caller: z.string().nullable().meta({
      description: '"admin" for a key of API_KEY, the id of any other key, or "token …"; null without a key.',
    }),
    method: z.string(),
    route: z.string().meta({ description: 'The pattern of the path.' }),
    tool: z.string().nullable().meta({ description: 'The tool of the MCP server that made the request.' }),
    sessionId: z.string().nullable(),
    status: z.int().nullable().meta({ description: 'Of the answer; null when the caller left before.' }),
    requestId: z.string(),
    node: z.string().nullable().meta({ description: 'The node that was asked; null for a process on its own.' }),
    seq: z.int().positive().meta({ description: 'Its number in the chain of the node.' }),
    previous: z.string().meta({ description: 'The hash of the entry before; empty for the first one.' }),
    hash: z.string(),
  })
  .meta({ id: 'AuditEntry' });

const EXAMPLE: z.infer<typeof entry> = {
  ...{ id: 4711, at: '2024-01-15T10:30:00.000Z', caller: 'Zb3kQ9xY7mNp', method: 'POST' },
  ...{ route: '/sessions/:sessionId/send-message', tool: null, sessionId: EXAMPLE_ID, status: 200 },
  ...{ requestId: '0b5c2f0e-6c1f-4a39-9f0f-6a3f4f1f9d52', node: null, seq: 4711 },
  ...{ previous: 'a1'.repeat(32), hash: 'b2'.repeat(32) },
};

const TIME_TEXT = 'must be a time such as 2024-01-15T10:30:00Z';
const name = z.string().max(200, 'must have at most 200 characters');
const filters = {
  caller: name.optional().meta({ description: 'Only of this caller: a key id, or "admin".' }),
  sessionId: sessionIdText.optional(),
  method: z.string().toUpperCase().max(10, 'must be a method').optional(),
  route: name.optional().meta({ description: 'Only of this pattern, such as /sessions/:sessionId/send-message.' }),
  since: timeText.optional().meta({ description: TIME_TEXT }),
  until: timeText.optional().meta({ description: 'Exclusive.' }),
};

/** `GET /audit`. */
export const listAudit = route({
  method: 'get',
  path: '/audit',
  scope: 'admin',
  summary: 'List the audit log',
  description:
    'Who asked for what, with which key: every request that changes something, and every call of a tool of the MCP server, the newest ' +
    'first. For the next page, repeat the request with before=<nextBefore>. Contents of messages and secrets are never in it.',
  query: z.object({
    ...filters,
    before: wholeNumber('must be a whole number, as an earlier response returned it', 1, Number.MAX_SAFE_INTEGER)
      .optional()
      .meta({ description: 'Returns only entries with lower ids.' }),
    limit: pageQuery.limit,
  }),
  answer: z.strictObject({ success: succeeded, data: z.array(entry), nextBefore: z.int().nullable() }),
  statuses: { 200: 'A page of entries; nextBefore is null on the last one.' },
  example: { answer: { success: true, data: [EXAMPLE], nextBefore: null } },
  errors: ['invalid_query'],
  async handler({ audit }, { query: { before = Number.MAX_SAFE_INTEGER, limit, ...filter } }) {
    const found = await audit.list(filterOf(filter), { before, limit });
    return ok({ data: found.map(viewOf), nextBefore: found.length < limit ? null : (found.at(-1)?.id ?? null) });
  },
});

/** `GET /audit/export`. */
export const exportAudit = route({
  method: 'get',
  path: '/audit/export',
  scope: 'admin',
  summary: 'Export the audit log',
  description: 'All entries that match, the oldest first, as one JSON object a line (NDJSON).',
  query: z.object(filters),
  mediaType: NDJSON,
  answer: z.string(),
  statuses: { 200: 'The entries.' },
  example: { answer: `${JSON.stringify(EXAMPLE)}\n` },
  errors: ['invalid_query'],
  handler: ({ audit }, { query, caller }) => ({
    status: 200,
    body: '',
    stream: (res) => sendLines(res, pagesOf(audit, filterOf(query)), () => caller.isExpired()),
  }),
});

/** `GET /audit/verify`. */
export const verifyAudit = route({
  method: 'get',
  path: '/audit/verify',
  scope: 'admin',
  summary: 'Verify the audit log',
  description:
    'Reads the whole log and says whether anything in it was changed, or removed from its midst. Each node writes a chain of its own. ' +
    'Keep "last" and "hash" elsewhere to prove later that no newer entries were cut off.',
  answer: z.strictObject({
    success: succeeded,
    intact: z.boolean(),
    chains: z.array(
      z.strictObject({
        node: z.string().nullable(),
        first: z.int().meta({ description: 'The number of the oldest entry that is kept.' }),
        last: z.int(),
        hash: z.string().meta({ description: 'Of the last entry.' }),
        brokenAt: z
          .int()
          .nullable()
          .meta({ description: 'The first entry that was changed, or before which one is missing.' }),
      }),
    ),
  }),
  statuses: { 200: 'Whether the log holds.' },
  example: {
    answer: {
      ...{ success: true, intact: true },
      chains: [{ node: null, first: 1, last: 4711, hash: EXAMPLE.hash, brokenAt: null }],
    },
  },
  errors: [],
  async handler({ audit }) {
    const chains = await audit.verify();
    return ok({ intact: chains.every(({ brokenAt }) => brokenAt === null), chains: chains.map(checkView) });
  },
});

async function* pagesOf(audit: AuditApi, filter: AuditFilter): AsyncGenerator<object[]> {
  let after: number | undefined = 0;
  while (after !== undefined) {
    const page: StoredAuditEntry[] = await audit.list(filter, { after, limit: EXPORTED_AT_ONCE });
    yield page.map(viewOf);
    after = page.length < EXPORTED_AT_ONCE ? undefined : page.at(-1)?.id;
  }
}

type Filters = z.output<z.ZodObject<typeof filters>>;

function filterOf({ since, until, ...filter }: Filters): AuditFilter {
  return { ...filter, sinceMs: since?.getTime(), untilMs: until?.getTime() };
}

function viewOf({ atMs, chain, ...rest }: StoredAuditEntry): z.infer<typeof entry> {
  return { ...rest, at: isoTime(atMs), node: chain === '' ? null : chain };
}

function checkView({ chain, ...rest }: ChainCheck) {
  return { ...rest, node: chain === '' ? null : chain };
}
