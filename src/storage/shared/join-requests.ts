/** How many names are kept for each session; each person is one or two of them. */
export const MAX_ASKING = 5_000;
