/** Counts of unfinished missions are kept in memory. */
export const counts: string = `
DROP TRIGGER missions_enter;
DROP TRIGGER missions_move;
DROP TABLE unfinished;
`;
