/** A failure as the log shows it. */
export interface FailureDescription {
  type: string;
  message: string;
  stack: string | undefined;
  code?: string;
  cause?: FailureDescription;
}

const MAX_CAUSES = 5;

/**
 * Describes a failure for the log: type, message, stack, code, and up to five causes. Other properties are left out, since libraries
 * attach requests, messages and keys to their errors.
 */
export function describeFailure(failure: unknown, depth = 0): FailureDescription {
  if (!(failure instanceof Error)) return { type: typeof failure, message: 'not an error', stack: undefined };
  const { name, message, stack, cause } = failure;
  const code = (failure as { code?: unknown }).code;
  return {
    type: name,
    message,
    stack,
    ...(typeof code === 'string' && { code }),
    ...(cause !== undefined && depth < MAX_CAUSES && { cause: describeFailure(cause, depth + 1) }),
  };
}

/** The sentence of a failure, also of one that is not an `Error`. */
export function messageOf(failure: unknown): string {
  return failure instanceof Error ? failure.message : String(failure);
}

/** The failure itself if it is an `Error`, otherwise an `Error` with its text. */
export function asError(failure: unknown): Error {
  return failure instanceof Error ? failure : new Error(String(failure));
}
