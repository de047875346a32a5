import { readConfig } from '../../../src/config/config.ts';
import { ConfigError } from '../../../src/config/environment.ts';

const MAIL = { SMTP_URL: 'smtp://mail.example.com', NOTIFY_EMAIL_TO: 'ops@example.com, boss@example.com' };

it.each<[string, Record<string, string>]>([
  ['NOTIFY_URL', { NOTIFY_URL: 'ftp://example.com' }],
  ['NOTIFY_SECRET', { NOTIFY_SECRET: 'whsec_***', NOTIFY_URL: 'https://example.com/' }],
  ['NOTIFY_SECRET', { NOTIFY_SECRET: 'a-secret-of-the-operator' }],
  ['NOTIFY_AFTER', { NOTIFY_AFTER: 'soon' }],
  ['NOTIFY_LANGUAGE', { NOTIFY_LANGUAGE: 'fr' }],
  ['NOTIFY_EMAIL_TO', { NOTIFY_EMAIL_TO: 'ops@example.com' }],
  ['NOTIFY_EMAIL_TO', { ...MAIL, NOTIFY_EMAIL_TO: 'Ops <ops@example.com>' }],
  ['NOTIFY_EMAIL_FROM', { NOTIFY_EMAIL_FROM: 'bot@example.com' }],
  ['NOTIFY_EMAIL_FROM', { ...MAIL, NOTIFY_EMAIL_FROM: 'a bot' }],
  ['SMTP_URL', { SMTP_URL: MAIL.SMTP_URL }],
  ['SMTP_URL', { ...MAIL, SMTP_URL: 'https://mail.example.com' }],
  ['NTFY_URL', { NTFY_URL: 'https://ntfy.example.com/' }],
  ['NTFY_TOKEN', { NTFY_TOKEN: 'tk_secret' }],
  ['NTFY_TOKEN', { NTFY_TOKEN: 'tk secret', NTFY_URL: 'https://ntfy.example.com/topic' }],
  ['UPDATE_CHECK_URL', { UPDATE_CHECK_URL: 'file:///etc/passwd' }],
])('%s is refused by its name: %j', (name, environment) => {
  expect(() => readConfig(environment)).toThrow(ConfigError);
  expect(() => readConfig(environment)).toThrow(new RegExp(`^${name} `));
});

it.each(['NOTIFY_URL', 'SMTP_URL', 'NTFY_URL'])('%s is never repeated, since it may hold a secret', (name) => {
  const refused = () => readConfig({ ...MAIL, [name]: 'ftp://example.com/canary' });
  expect(refused).toThrow(`${name} must be a URL that starts with`);
  expect(refused).not.toThrow('canary');
});

it('a secret that can be guessed is refused in production', () => {
  const environment = { NODE_ENV: 'production', NOTIFY_URL: 'https://example.com/', NOTIFY_SECRET: 'a'.repeat(20) };
  expect(() => readConfig(environment)).toThrow('NOTIFY_SECRET repeats a few characters');
});

it('nobody is notified without a way to do so; the first recipient is also the sender', () => {
  expect(readConfig({ NOTIFY_AFTER: '1m', NOTIFY_LANGUAGE: 'both' }).notifications).toBeNull();
  const { notifications } = readConfig({ ...MAIL, NOTIFY_AFTER: '1m', NOTIFY_LANGUAGE: 'both' });
  const { smtpUrl, ...email } = notifications!.email!;
  expect([smtpUrl.reveal(), email]).toEqual([
    MAIL.SMTP_URL,
    { from: 'ops@example.com', to: ['ops@example.com', 'boss@example.com'] },
  ]);
  expect(notifications).toMatchObject({ afterMs: 60_000, languages: ['en', 'es'], webhook: null, ntfy: null });
});
