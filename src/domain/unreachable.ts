/** Why WhatsApp cannot be reached, and the words for each. */
export const UNREACHABLE = {
  dns: 'its name cannot be resolved (DNS)',
  refused: 'the connection is refused',
  tls: 'TLS fails',
  proxy: 'the proxy is away or refuses',
  timeout: 'it does not answer in time',
  network: 'there is no way to its network',
} as const;

/** A key of {@link UNREACHABLE}. */
export type Unreachable = keyof typeof UNREACHABLE;

/** All keys of {@link UNREACHABLE}. */
export const UNREACHABLE_REASONS = Object.keys(UNREACHABLE) as Unreachable[];

/** All of them with their words, for documents. */
export function unreachableWords(): string {
  return UNREACHABLE_REASONS.map((reason) => `\`${reason}\`: ${UNREACHABLE[reason]}`).join('; ');
}

/**
 * Whether it is time to say so, after so many failures in a row: the first one may be a blip, unless it took as long as a
 * time-out.
 */
export function isUnreachable(reason: Unreachable | undefined, failures: number): boolean {
  return reason === 'timeout' || (reason !== undefined && failures > 1);
}
