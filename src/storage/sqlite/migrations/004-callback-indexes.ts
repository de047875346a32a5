/** Indexes for pages of callbacks by state or session: a full scan would hold up every session. */
export const callbackIndexes = `
CREATE INDEX callbacks_of_state ON callbacks (state, id);
CREATE INDEX callbacks_of_session ON callbacks (session_id, id);
`;
