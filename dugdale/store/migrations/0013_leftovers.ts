/** What missions leave behind when they end by themselves. */
export const leftovers: string = `
-- JSON: what was done with the processes, how many there were, and the first of them. NULL where none were seen.
ALTER TABLE missions ADD COLUMN leftovers TEXT;
`;
