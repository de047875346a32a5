import { Secret } from '../kit/secret.ts';
import type { EnvironmentReader } from './environment.ts';

/** The URL of a database in PostgreSQL; `null` if unset. Its password is never repeated. */
export function postgresUrl(read: EnvironmentReader, name: string): Secret | null {
  const text = read.text(name);
  if (text === undefined) return null;
  if (!isPostgresUrl(text)) {
    read.refuse(name, `${name} must be a URL such as postgres://user:password@host/database.`);
    return null;
  }
  return new Secret(text);
}

function isPostgresUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, host, pathname } = new URL(text);
  return /^postgres(ql)?:$/.test(protocol) && host !== '' && pathname.length > 1;
}
