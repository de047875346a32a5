import { readCommandLine } from '../../../simulator/command-line.ts';

it('parses ports, host, QR times, addressing and the time for acks', () => {
  const args =
    '--port 5222 --control-port 0 --host 0.0.0.0 --qr-refs 2 --qr-first-ms 500 --qr-next-ms 400 --addressing pn --ack-timeout-ms 900';

  expect(readCommandLine(args.split(' '))).toEqual({
    name: 'start',
    options: {
      port: 5222,
      controlPort: 0,
      host: '0.0.0.0',
      addressing: 'pn',
      qr: { refs: 2, firstMs: 500, nextMs: 400 },
      ackTimeoutMs: 900,
    },
  });
});

it('shows help and version, and has a control server on any free port', () => {
  expect(readCommandLine(['--help'])).toEqual({ name: 'help' });
  expect(readCommandLine(['--version'])).toEqual({ name: 'version' });
  expect(readCommandLine([])).toMatchObject({ name: 'start', options: { port: undefined, controlPort: 0 } });
});

it.each([
  ['--port x', '--port must be a whole number from 0 to 65535, not "x".'],
  ['--port 70000', '--port must be a whole number from 0 to 65535, not "70000".'],
  ['--qr-refs 0', '--qr-refs must be a whole number from 1 to 100, not "0".'],
  ['--addressing both', '--addressing must be lid or pn, not "both".'],
  ['--nonsense', "Unknown option '--nonsense'. See --help."],
  ['extra', "Unexpected argument 'extra'. See --help."],
])('rejects %s with one sentence', (args, sentence) => {
  expect(() => readCommandLine(args.split(' '))).toThrow(sentence);
});
