const MONTHS = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)";
const TIME = "\\d\\d:\\d\\d:\\d\\d";
/** The three date formats of HTTP: the current one, that of RFC 850, and that of C's asctime. */
const FORMS: readonly RegExp[] = [
  new RegExp(`^[A-Z][a-z]{2}, \\d\\d ${MONTHS} \\d{4} ${TIME} GMT$`),
  new RegExp(`^[A-Z][a-z]+day, \\d\\d-${MONTHS}-\\d\\d ${TIME} GMT$`),
  new RegExp(`^[A-Z][a-z]{2} ${MONTHS} [ \\d]\\d ${TIME} \\d{4}$`),
];

/** Unix seconds of an HTTP date; undefined if invalid. */
export function parseHttpDate(text: string | null): number | undefined {
  if (text === null || !FORMS.some((form) => form.test(text))) return undefined;
  const ms = Date.parse(text.endsWith("GMT") ? text : `${text} GMT`);
  return Number.isNaN(ms) ? undefined : Math.floor(ms / 1000);
}

/** The HTTP date of a time, in whole seconds. */
export function formatHttpDate(seconds: number): string {
  return new Date(seconds * 1000).toUTCString();
}
