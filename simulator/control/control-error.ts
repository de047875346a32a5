/** A request that the control server refuses. */
export class ControlError extends Error {
  readonly status: number;
  readonly reason: string;

  constructor(status: number, reason: string, message: string) {
    super(message);
    this.name = 'ControlError';
    this.status = status;
    this.reason = reason;
  }
}
