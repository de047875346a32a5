/** How long privacy tokens hold: in whole periods, the current one included. */
export interface TokenTerms {
  periodS: number;
  periods: number;
  /** How long a period is for the tokens that we issue: one token a period for each contact. */
  issuePeriodS: number;
}

/** What the real server says (whatsapp-rust#473): 26 weeks. */
export const USUAL_TERMS: Readonly<TokenTerms> = { periodS: 604_800, periods: 26, issuePeriodS: 604_800 };

/** Whether a token of this time (Unix seconds) still holds. */
export function isHeld(timestampS: number, nowS: number, { periodS, periods }: TokenTerms): boolean {
  return timestampS >= firstHeldS(nowS, periodS, periods);
}

/** The time (Unix seconds) of the oldest token that still holds. */
export function firstHeldS(nowS: number, periodS: number, periods: number): number {
  return (Math.floor(nowS / periodS) - (periods - 1)) * periodS;
}
