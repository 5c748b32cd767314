/** What missions say on their way. Only those that do have a row. */
export const told: string = `
CREATE TABLE told (
  mission  INTEGER PRIMARY KEY REFERENCES missions (id) ON DELETE CASCADE,
  -- JSON, but for the state.
  notes    TEXT,
  warnings TEXT,
  meta     TEXT,
  state    TEXT,
  states   TEXT,
  dropped  INTEGER NOT NULL DEFAULT 0
) STRICT;
`;
