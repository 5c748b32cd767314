/** Which token has sent a file. */
export const owners: string = `
-- Its name; NULL for a token without one, and for output files.
ALTER TABLE staging_files ADD COLUMN owner TEXT;
`;
