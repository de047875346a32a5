/** `problem`: the orchestrator cannot work so. `warning`: it works, but somebody should look at it. */
type Verdict = 'ok' | 'warning' | 'problem';

/** What was looked at, and what to do about it. */
export interface Finding {
  verdict: Verdict;
  /** A word or two. */
  what: string;
  /** What was found, as one sentence without its end. */
  found: string;
  /** What to do; empty when nothing is. */
  todo: string;
}

/** Builds findings about one thing. */
export function about(what: string) {
  return {
    ok: (found: string): Finding => ({ verdict: 'ok', what, found, todo: '' }),
    warning: (found: string, todo: string): Finding => ({ verdict: 'warning', what, found, todo }),
    problem: (found: string, todo: string): Finding => ({ verdict: 'problem', what, found, todo }),
  };
}
