import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createLogger } from '../../../src/kit/logger.ts';
import { fileOutput, LogOutput } from '../../../src/kit/log-output.ts';
import { testFolder } from '../../harness/test-folder.ts';
import { untilTrue } from '../../harness/until.ts';

const moduleUrl = (path: string) => JSON.stringify(new URL(`../../../src/${path}`, import.meta.url).href);

/** A process that logs as the orchestrator does, and answers SIGTERM; reports on standard error. */
const SCRIPT = `
  import { standardOutput } from ${moduleUrl('kit/log-output.ts')};
  import { createLogger } from ${moduleUrl('kit/logger.ts')};
  import { guardProcess } from ${moduleUrl('runtime/process-guard.ts')};
  const output = standardOutput();
  const log = await createLogger({ level: 'info', format: process.stdout.isTTY ? 'pretty' : 'json' }, output);
  const guard = guardProcess(log);
  process.once('SIGTERM', () => {
    process.stderr.write(JSON.stringify({ uncaught: guard.unexpected(), dropped: output.dropped }));
    process.exit(0);
  });
  for (let line = 0; line < 12_000; line++) log.info({ text: 'x'.repeat(1000) }, 'a line');
  setTimeout(() => process.stderr.write('logged '), 20);
  setInterval(() => undefined, 1000);`;

/** Runs the script with this standard output until it has logged, ends it, and returns what it reports. */
async function logTo(stdout: number | 'pipe'): Promise<string> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', SCRIPT], {
    stdio: ['ignore', stdout, 'pipe'],
  });
  let report = '';
  child.stderr!.on('data', (chunk: Buffer) => {
    report += chunk.toString();
    if (report.includes('logged')) child.kill('SIGTERM');
  });
  await once(child, 'exit');
  return report;
}

/** What the script reports, after "logged". */
async function reportOf(stdout: number | 'pipe'): Promise<{ uncaught: number; dropped: number }> {
  const [, report = ''] = (await logTo(stdout)).split('logged ');
  return JSON.parse(report) as { uncaught: number; dropped: number };
}

describe('the log of a process', () => {
  it('that nobody reads holds up neither its work nor its end', async () => {
    const { uncaught, dropped } = await reportOf('pipe');
    expect(uncaught).toBe(0);
    expect(dropped).toBeGreaterThan(0);
  });

  it('on a full disk is dropped and counted, without an exception', async () => {
    const full = openSync('/dev/full', 'w');
    expect(await reportOf(full)).toEqual({ uncaught: 0, dropped: 12_000 });
    closeSync(full);
  });
});

describe('a log that can be written again', () => {
  it('says how much is missing, once', async () => {
    const written: string[] = [];
    let isFull = true;
    const output = new LogOutput({
      waiting: 0,
      flushed: () => Promise.resolve(),
      write: (text, lost) => (isFull ? lost() : written.push(text)),
    });
    const log = await createLogger({ level: 'info', format: 'json' }, output);
    log.info('lost');
    log.info('lost too');
    isFull = false;

    log.info('here');
    log.info('and here');

    const lines = written.map((line) => JSON.parse(line) as { msg: string; dropped?: number });
    expect(lines.map(({ msg, dropped }) => dropped ?? msg)).toEqual(['here', 2, 'and here']);
    expect(output.dropped).toBe(2);
  });

  it.each(['json', 'pretty'] as const)('goes to its file line by line as %s', async (format) => {
    const file = join(await testFolder(), 'log');
    const fd = openSync(file, 'a');
    const log = await createLogger({ level: 'info', format }, new LogOutput(fileOutput(fd)));

    log.info({ sessionId: 'session_1_a' }, 'one');
    log.info('two');

    await untilTrue(async () => /one[^]*\n[^]*two[^]*\n$/.test(await readFile(file, 'utf8')));
    closeSync(fd);
  });
});
