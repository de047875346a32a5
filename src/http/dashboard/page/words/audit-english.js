import { plural } from './plural.js';

/** The texts about the audit log in English. */
export const AUDIT_ENGLISH = {
  audit: 'Audit log',
  auditIntro:
    'Who asked for what, with which key: every request that changes something, and every call of an agent’s tool. It holds no messages and no secrets.',
  auditCaller: 'Key',
  auditCallerHint: 'Its id, or admin for a key of API_KEY',
  auditAction: 'Action',
  auditActionHint: 'For example POST, or DELETE /sessions/:sessionId',
  auditActionWrong: 'An action is a method, a path, or both, such as DELETE /sessions/:sessionId.',
  auditAnyAccount: 'All accounts',
  auditFilter: 'Filter',
  auditClear: 'Clear',
  auditExport: 'Download as JSON lines',
  auditNone: 'No entries. AUDIT_RETENTION_DAYS says how long they are kept; 0 keeps none.',
  auditNoMatch: 'No entries match.',
  auditProof: 'Is it complete?',
  auditVerify: 'Check again',
  auditChecking: 'Reading the whole log…',
  auditIntact: (count) =>
    `Intact: nothing was changed in ${plural(count, '1 entry', '# entries')}, and none is missing between them.`,
  auditBroken: (at, node) =>
    `Not intact: entry ${at}${node ? ` of node ${node}` : ''} was changed, or one before it is missing.`,
  auditAdmin: 'Admin key (API_KEY)',
  auditNobody: 'Without a key',
  auditTool: (name) => `tool ${name}`,
  auditNode: (name) => `node ${name}`,
  auditLeft: 'Not waited for',
  auditLost: (count) =>
    plural(
      count,
      '1 entry is missing here: the storage did not take it in time',
      '# entries are missing here: the storage did not take them in time',
    ),
};
