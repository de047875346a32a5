/** Pages of callbacks by state or by session are found without reading all that are kept, which would hold up every session. */
export const lookingBack = `
CREATE INDEX callbacks_of_state ON callbacks (state, id);
CREATE INDEX callbacks_of_session ON callbacks (session_id, id);
`;
