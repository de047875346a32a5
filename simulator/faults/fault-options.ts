/** The options of a fault; the table says which of them a fault accepts. */
export interface FaultOptions {
  /** Only this account is affected; all accounts by default. */
  number?: string;
  /** The fault ends after it has happened this many times; by default it lasts until it is cleared. */
  times?: number;
  /** An error code. */
  code?: number;
  /** The `reason` of a `<failure>`. */
  reason?: number;
  /** The duration of a ban, in seconds. */
  expire?: number;
  /** A number of bytes. */
  bytes?: number;
  /** A number of messages. */
  count?: number;
  /** Milliseconds. */
  ms?: number;
  /** Only queries of this namespace are affected; all queries by default. */
  xmlns?: string;
  /** The child of a stream error. */
  condition?: StreamCondition;
}

/**
 * Stream errors with a child: another connection replaced this one, the phone unlinked the device, an ack is missing.
 */
const STREAM_CONDITIONS = ['replaced', 'device_removed', 'ack'] as const;

/** The child of a stream error. */
export type StreamCondition = (typeof STREAM_CONDITIONS)[number];

const MIN_STATUS = 200;
const MAX_STATUS = 599;

/** One row of the fault table. */
export interface FaultEntry {
  /** Describes the fault in a sentence. */
  readonly meaning: string;
  /** `standing` faults last until they are cleared or used up; `immediate` ones happen once, at once. */
  readonly kind: 'standing' | 'immediate';
  /** The accepted options. */
  readonly options: readonly (keyof FaultOptions)[];
  /** The required options. */
  readonly required?: readonly (keyof FaultOptions)[];
  /** Whether its `code` is an HTTP status. */
  readonly isHttp?: boolean;
  /** The option that limits the fault; `times` by default. */
  readonly lasts?: 'times' | 'count' | 'bytes';
}

/** The options do not fit the fault; the message is one sentence. */
export class FaultError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'FaultError';
  }
}

/** Returns the options, typed. Throws a FaultError when one is unknown, invalid or missing. */
export function checkFaultOptions(name: string, entry: FaultEntry, options: Record<string, unknown>): FaultOptions {
  for (const [option, value] of Object.entries(options)) {
    if (!(entry.options as readonly string[]).includes(option))
      throw new FaultError(`${name} does not accept "${option}".`);
    const violated = option === 'code' && entry.isHttp ? statusRequirement(value) : requirement(option, value);
    if (violated !== undefined) throw new FaultError(`"${option}" of ${name} must be ${violated}.`);
  }
  const missing = entry.required?.find((option) => options[option] === undefined);
  if (missing) throw new FaultError(`${name} requires "${missing}".`);
  return options;
}

function statusRequirement(value: unknown): string | undefined {
  const isValid = Number.isSafeInteger(value) && Number(value) >= MIN_STATUS && Number(value) <= MAX_STATUS;
  return isValid ? undefined : `an HTTP status from ${MIN_STATUS} to ${MAX_STATUS}`;
}

/** The requirement that the value violates; undefined when it is valid. */
function requirement(option: string, value: unknown): string | undefined {
  if (option === 'condition') {
    const isValid = (STREAM_CONDITIONS as readonly unknown[]).includes(value);
    return isValid ? undefined : `one of ${STREAM_CONDITIONS.join(', ')}`;
  }
  if (option === 'number' || option === 'xmlns') return typeof value === 'string' ? undefined : 'a string';
  return Number.isSafeInteger(value) && Number(value) > 0 ? undefined : 'a whole number above 0';
}
