import { readFileSync } from 'node:fs';
import { type ErrorCode, ERRORS } from '../../src/domain/errors.ts';
import { ERROR_STATUS } from '../../src/http/responses/error-status.ts';

const ROW = /^\| `([a-z_]+)` +\| (\d{3}) +\| (.+?) +\| (.+?) +\|$/;

const document = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
const rows = document
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => ROW.exec(line) ?? [line]);

const documented = rows.map(([, code, status, message]) => ({ code, status: Number(status), message }));
const table = Object.entries(ERRORS).map(([code, message]) => ({
  code,
  status: ERROR_STATUS[code as ErrorCode],
  message,
}));

describe('docs/errors.md', () => {
  it('has a row of four columns for each code that it names', () => {
    expect(rows.filter((row) => row.length === 1)).toEqual([]);
  });

  it('documents every error with its status and sentence, in the order of the table', () => {
    expect(documented).toEqual(table);
  });

  it('documents nothing that is not in the table', () => {
    expect(documented.filter(({ code = '' }) => !(code in ERRORS))).toEqual([]);
  });

  it('says for each when it occurs and what to do', () => {
    for (const [, code, , , advice = ''] of rows) expect(`${code}: ${advice}`).toMatch(/^[a-z_]+: .{20,}\.$/);
  });
});

describe('the table of errors', () => {
  it('has human-readable sentences and error statuses', () => {
    for (const { status, message } of table) {
      expect(message).toMatch(/^[A-Z].*[.]$/);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(600);
    }
  });
});
