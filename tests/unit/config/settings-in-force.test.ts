import { readFileSync } from 'node:fs';
import { readConfig } from '../../../src/config/config.ts';
import type { Environment } from '../../../src/config/environment.ts';
import { RecordingReader } from '../../../src/config/recording-reader.ts';

const inForce = (environment: Environment) =>
  Object.fromEntries(
    readConfig(environment)
      .inForce.list()
      .map((setting) => [setting.name, setting]),
  );

/** Every variable that `.env.example` names. */
const NAMES = [
  ...readFileSync(new URL('../../../.env.example', import.meta.url), 'utf8').matchAll(/^#? ?([A-Z][A-Z\d_]+)=/gm),
].map(([, name]) => name!);

describe('the settings in force', () => {
  it('are those that are set, and the usual ones of the others, by name', () => {
    const settings = inForce({
      SEND_RATE: '7',
      CALLBACK_RETENTION: '3d',
      DATABASE_MAX_SIZE: '1G',
      TRUST_PROXY: '10.0.0.1, 10.0.0.2',
    });

    expect(settings).toMatchObject({
      SEND_RATE: { value: '7', isSet: true, isSecret: false },
      SEND_BURST: { value: '5', isSet: false },
      CALLBACK_RETENTION: { value: '259200s', isSet: true },
      DATABASE_MAX_SIZE: { value: '1073741824', isSet: true },
      CALLBACK_POISON_AFTER: { value: '3600s', isSet: false },
      TRUST_PROXY: { value: '10.0.0.1,10.0.0.2', isSet: true },
      DASHBOARD: { value: 'true', isSet: false },
      LOG_LEVEL: { value: 'info', isSet: false },
      AUTH_DIR: { value: null, isSet: false },
    });
    expect(Object.keys(settings)).toEqual(Object.keys(settings).sort());
  });

  it('never hold a secret, and no credentials or query of a URL', () => {
    const secret = 'canary-canary-canary-canary-canary';
    const masterKey = Buffer.from(Array.from({ length: 32 }, (_, at) => at)).toString('hex');
    const environment = {
      API_KEY: `${secret},another-${secret}`,
      ...{
        PRODUCTION_API_KEY: secret,
        CALLBACK_SECRET: secret,
        KEY_PEPPER: secret,
        MASTER_KEY: masterKey,
      },
      PROXY_URL: `socks5://user:${secret}@proxy:1080`,
      DATABASE_URL: `postgres://user:${secret}@db/orchestrator`,
      SINK_DATABASE_URL: `postgres://user:${secret}@db/sink`,
      ...{ NOTIFY_URL: `https://hooks.example.com/${secret}`, NOTIFY_SECRET: secret },
      ...{ SMTP_URL: `smtp://user:${secret}@mail.example.com`, NOTIFY_EMAIL_TO: 'ops@example.com' },
      ...{ NTFY_URL: `https://ntfy.example.com/${secret}`, NTFY_TOKEN: secret },
      BACKEND_BASE_URL: `https://backend.example.com/api?token=${secret}`,
    };

    const settings = inForce(environment);

    expect(JSON.stringify(settings)).not.toMatch(new RegExp(`canary|${masterKey}`));
    for (const name of Object.keys(environment)) expect(settings[name]).toMatchObject({ name, isSet: true });
    expect(settings.DATABASE_URL).toMatchObject({ value: null, isSecret: true });
    expect(settings.BACKEND_BASE_URL).toMatchObject({ value: 'https://backend.example.com/api', isSecret: false });
  });

  it('hide whatever may be a secret by its name, however it is read, and credentials under any name', () => {
    const values = Object.fromEntries(NAMES.map((name) => [name, 'https://user:canary@host/']));
    const read = new RecordingReader(values);
    for (const name of NAMES) {
      read.text(name);
      read.list(name);
    }
    read.secret('SMTP_PASSWORD');

    expect(NAMES.length).toBeGreaterThan(50);
    expect(JSON.stringify(read.inForce.list())).not.toContain('canary');
    expect(read.inForce.list()).toContainEqual({ name: 'SMTP_PASSWORD', value: null, isSet: false, isSecret: true });
  });
});
