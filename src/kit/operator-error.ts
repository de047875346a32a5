/** An error that the operator can fix. Its message says how; a stack would only hide it. */
export abstract class OperatorError extends Error {}
