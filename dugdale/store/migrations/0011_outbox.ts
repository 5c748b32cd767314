/** Events that receivers outside are to be told of, each until it is delivered. */
export const outbox: string = `
CREATE TABLE outbox (
  id      INTEGER PRIMARY KEY,
  -- The hook or sink.
  target  TEXT NOT NULL,
  -- The mission. The events of one are delivered in their order.
  subject TEXT NOT NULL,
  -- Id and type of the event, when it happened, and all of it as JSON.
  event   TEXT NOT NULL,
  type    TEXT NOT NULL,
  time    INTEGER NOT NULL,
  body    TEXT NOT NULL,
  tries   INTEGER NOT NULL DEFAULT 0,
  -- NULL: it waits for an earlier one of its subject, or is dead.
  next_at INTEGER,
  -- When it was given up.
  dead_at INTEGER,
  -- Of the last try.
  error   TEXT,
  CHECK (dead_at IS NULL OR next_at IS NULL)
) STRICT;
CREATE INDEX outbox_due ON outbox (target, next_at, id) WHERE next_at IS NOT NULL;
CREATE INDEX outbox_order ON outbox (target, subject, id) WHERE dead_at IS NULL;
CREATE INDEX outbox_dead ON outbox (target, id) WHERE dead_at IS NOT NULL;
`;
