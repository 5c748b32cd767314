/** Where the captured output of an attempt ends: all attempts of a mission print into the same files. */
export const attemptOutput: string = `
-- JSON: bytes of stdout, stderr and combined.
ALTER TABLE attempts ADD COLUMN captured TEXT;
`;
