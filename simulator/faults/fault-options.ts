/** What can be said about a fault beside its name. */
export interface FaultOptions {
  /** Only for this account; for everybody without it. */
  number?: string;
  /** How often it happens before it ends by itself; until it is cleared without it. */
  times?: number;
  /** An error code. */
  code?: number;
  /** The reason of a failure. */
  reason?: number;
  /** How long a ban lasts, in seconds. */
  expire?: number;
  /** A number of bytes. */
  bytes?: number;
  /** A number of messages. */
  count?: number;
  /** Milliseconds. */
  ms?: number;
  /** Only for queries of this namespace; for all without it. */
  xmlns?: string;
  /** The kind of a stream error that has more than a code. */
  condition?: StreamCondition;
}

/** Stream errors with a child: somebody else took the line, the phone unlinked the device, an ack stayed away. */
const STREAM_CONDITIONS = ['replaced', 'device_removed', 'ack'] as const;

/** The name of a stream error with a child. */
export type StreamCondition = (typeof STREAM_CONDITIONS)[number];

const MIN_STATUS = 200;
const MAX_STATUS = 599;

/** One row of the table of faults. */
export interface FaultEntry {
  /** What goes wrong, for a person. */
  readonly meaning: string;
  /** `standing` faults last until they are cleared or used up; `immediate` ones happen once, now. */
  readonly kind: 'standing' | 'immediate';
  /** Which options it takes. */
  readonly options: readonly (keyof FaultOptions)[];
  /** The options that it cannot do without. */
  readonly required?: readonly (keyof FaultOptions)[];
  /** Whether its `code` is the status of an HTTP answer. */
  readonly isHttp?: boolean;
  /** The option that says how much of it there is; `times` without it. */
  readonly lasts?: 'times' | 'count' | 'bytes';
}

/** A fault was asked for in a way that the table does not allow. */
export class FaultError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'FaultError';
  }
}

/** Throws a FaultError unless the table's row allows these options for the fault, and has all that it requires. */
export function checkFaultOptions(name: string, entry: FaultEntry, options: Record<string, unknown>): FaultOptions {
  for (const [option, value] of Object.entries(options)) {
    if (!(entry.options as readonly string[]).includes(option)) throw new FaultError(`${name} takes no "${option}".`);
    const wish = option === 'code' && entry.isHttp ? wishForStatus(value) : wishFor(option, value);
    if (wish !== undefined) throw new FaultError(`"${option}" of ${name} must be ${wish}.`);
  }
  const missing = entry.required?.find((option) => options[option] === undefined);
  if (missing) throw new FaultError(`${name} needs "${missing}".`);
  return options;
}

function wishForStatus(value: unknown): string | undefined {
  const isRight = Number.isSafeInteger(value) && Number(value) >= MIN_STATUS && Number(value) <= MAX_STATUS;
  return isRight ? undefined : `an HTTP status from ${MIN_STATUS} to ${MAX_STATUS}`;
}

/** What the option should have been instead; undefined when it is right. */
function wishFor(option: string, value: unknown): string | undefined {
  if (option === 'condition') {
    const isRight = (STREAM_CONDITIONS as readonly unknown[]).includes(value);
    return isRight ? undefined : `one of ${STREAM_CONDITIONS.join(', ')}`;
  }
  if (option === 'number' || option === 'xmlns') return typeof value === 'string' ? undefined : 'a string';
  return Number.isSafeInteger(value) && Number(value) > 0 ? undefined : 'a whole number above 0';
}
