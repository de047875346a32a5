import { serverNow } from '../api.js';
import { $, saveFile } from '../dom.js';
import { foundAccounts } from './accounts.js';
import { csv } from './csv.js';
import { kindOf } from './session.js';

/** The columns of the file: names as in `GET /sessions`, so that programs find them in every language. */
const COLUMNS = {
  session_id: ({ session_id }) => session_id,
  name: ({ name }) => name,
  push_name: ({ push_name }) => push_name,
  phone_number: ({ phone_number }) => phone_number,
  status: kindOf,
  labels: ({ labels }) => labels.join(', '),
  last_seen: ({ last_seen }) => last_seen,
  created_at: ({ created_at }) => created_at,
  error_message: ({ error_message }) => error_message,
};

/** Wires the button that saves the accounts that are found. */
export function wireExport() {
  $('accounts-export').addEventListener('click', () => {
    const cells = foundAccounts().map((session) => Object.values(COLUMNS).map((valueOf) => valueOf(session)));
    const day = new Date(serverNow()).toISOString().slice(0, 10);
    const content = new Blob([csv([Object.keys(COLUMNS), ...cells])], { type: 'text/csv' });
    saveFile(content, `accounts-${day}.csv`);
  });
}
