/** When missions of a lane and a name were created, for lists. */
export const listedTimes: string = `
-- Every pair of a lane and a name that missions have.
CREATE TABLE listed_names (
  id           INTEGER PRIMARY KEY,
  lane         TEXT NOT NULL,
  mission_name TEXT NOT NULL,
  UNIQUE (lane, mission_name)
) STRICT;
-- The spans of time in which missions of a pair were created. Written behind the missions, not with them.
CREATE TABLE listed_times (
  name INTEGER NOT NULL REFERENCES listed_names (id),
  span INTEGER NOT NULL,
  PRIMARY KEY (name, span)
) STRICT, WITHOUT ROWID;
-- The last mission whose pair and time are in there.
CREATE TABLE listed_until (
  id      INTEGER PRIMARY KEY CHECK (id = 1),
  mission INTEGER NOT NULL
) STRICT;
`;
