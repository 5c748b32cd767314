/** Lanes that start missions at a limited rate. */
export const laneRates: string = `
-- Only tokens that were taken have a row.
CREATE TABLE lane_rates (
  lane    TEXT NOT NULL,
  -- Empty: the rate of the whole lane.
  key     TEXT NOT NULL,
  -- When all tokens are back, in Unix milliseconds.
  full_at REAL NOT NULL,
  PRIMARY KEY (lane, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX lane_rates_full ON lane_rates (full_at);
`;
