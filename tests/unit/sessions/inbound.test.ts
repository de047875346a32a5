import { pino } from 'pino';
import { type IncomingMessage } from '../../../src/domain/message.ts';
import { type MessageKey } from '../../../src/domain/signal-ports.ts';
import { Inbound } from '../../../src/sessions/inbound.ts';
import { contentOf } from '../../../src/whatsapp/messages/content.ts';
import { ANA, record, startStorage } from '../storage/support.ts';
import { noMetrics } from '../../harness/no-metrics.ts';

const KEY = '1@lid  A1' as MessageKey;

function message(content: IncomingMessage['content']): IncomingMessage {
  return {
    ...{ id: 'A1', chatId: '1@lid', isGroup: false, groupName: null, fromMe: false, sentAtMs: 0, offline: false },
    sender: { number: null, lid: '1@lid', pushName: 'Juan' },
    content,
  };
}

it('logs the names of what cannot be read once, and nothing else of it', async () => {
  await using db = await startStorage();
  const lines: string[] = [];
  const inbound = new Inbound({
    store: db.storage.sessions,
    pollVotes: db.storage.pollVotes,
    awaitedNumbers: db.storage.awaitedNumbers,
    // Nobody wants files.
    media: { wants: () => false, begin: () => undefined },
    metrics: noMetrics,
    clock: db.clock,
    log: pino({ level: 'info' }, { write: (line: string) => lines.push(line) }),
    tellOwnMessages: false,
    told: () => undefined,
  });

  await inbound.receive(record(ANA), message(contentOf('unsupported', { unsupportedKeys: ['bcallMessage'] })), KEY);
  await inbound.receive(record(ANA), message(contentOf('text', { text: 'secreto' })), KEY);

  expect(lines.filter((line) => line.includes('bcallMessage'))).toHaveLength(1);
  expect(lines.join('')).not.toContain('secreto');
});
