/** Who did what, and what was refused to whom. */
export const audit: string = `
CREATE TABLE audit (
  id      INTEGER PRIMARY KEY,
  time    INTEGER NOT NULL,
  actor   TEXT NOT NULL,
  address TEXT NOT NULL,
  action  TEXT NOT NULL,
  target  TEXT,
  -- JSON object.
  facts   TEXT NOT NULL
) STRICT;
`;
