import type { EnvironmentReader } from './environment.ts';

const MIN_LENGTH = 16;
const MIN_DIFFERENT = 6;
/** What examples and manuals put in place of a secret, and the one that Standard Webhooks' documents show. */
const EXAMPLES =
  /change.?(me|it|this)|replace.?(me|this)|your.?(own.?)?(api.?)?(key|secret|token)|tu.?(api.?key|clave|secreto)|placeholder|example|MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw/i;

/** How to make a good one. */
export const HOW_TO_MAKE = 'make one with "openssl rand -hex 32"';

/** Refuses a variable of secrets, separated by commas, if one of them is weak. Says why, never what it is. */
export function refuseWeak(read: EnvironmentReader, name: string): void {
  for (const secret of read.list(name)) {
    const why = weakness(secret.replace(/^whsec_/, ''));
    if (why !== undefined) read.refuse(name, `${name} ${why}, and production needs a strong one: ${HOW_TO_MAKE}.`);
  }
}

/** Why somebody could guess this secret, as the end of a sentence; `undefined` if there is no sign of that. */
function weakness(secret: string): string | undefined {
  if (secret.length < MIN_LENGTH) return `has fewer than ${MIN_LENGTH} characters`;
  if (EXAMPLES.test(secret)) return 'is the value of an example';
  if (new Set(secret).size < MIN_DIFFERENT) return 'repeats a few characters';
  if (/^(.{1,8}?)\1+.{0,7}$/s.test(secret)) return 'repeats a few characters';
  return isSequence(secret) ? 'is a sequence that can be guessed' : undefined;
}

/** Whether most characters are neighbours of the one before, as in 1234 and abcd. */
function isSequence(text: string): boolean {
  const codes = Array.from(text, (character) => character.codePointAt(0) ?? 0);
  const near = codes.slice(1).filter((code, at) => Math.abs(code - (codes[at] ?? 0)) <= 1);
  return near.length * 4 >= (codes.length - 1) * 3;
}
