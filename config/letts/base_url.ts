/**
 * Base URL of a dugdale from its `host`, `port` and `url`.
 *
 * @module
 */

/** Default port of dugdales. */
export const PORT_DEFAULT = 7180;

const BRACKETED = /^\[([^\]]*)\](?::(\d*))?$/;
const WITH_PORT = /^([^:]*):(\d*)$/;
const NO_HOST = /[/?#@\\[\]\s]/;

/** The parts of an address; empty strings and 0 count as absent. */
export interface AddressFields {
  /** Host, `host:port`, IPv6 address, or `[IPv6]:port`. */
  readonly host: string;
  /** Used if the host has none. */
  readonly port: number;
  /** Takes precedence over host and port. */
  readonly url: string;
}

/** The URL, or the reason why the fields are invalid. */
export type BaseUrlAnswer = URL | { readonly field: "host" | "url"; readonly problem: string };

/** The text with user and password of each URL replaced by `***`. */
export function withoutPasswords(text: string): string {
  return text.replace(/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/?#"']*@/gi, "$1***@");
}

/** An address that may not be a URL, with everything before its `@` replaced by `***`. */
export function withoutUser(host: string): string {
  return host.replace(/^.*@/s, "***@");
}

/** Builds the base URL of a dugdale. */
export function findBaseUrl({ host, port, url }: AddressFields, defaultPort: number): BaseUrlAnswer {
  if (url) {
    const parsed = URL.parse(url);
    if (parsed && /^https?:$/.test(parsed.protocol)) return parsed;
    return { field: "url", problem: "must be a URL that starts with http:// or https://" };
  }
  const [, name = host, digits] = BRACKETED.exec(host) ?? WITH_PORT.exec(host) ?? [];
  const written = Number(digits || 0) || port || defaultPort || PORT_DEFAULT;
  const authority = name.includes(":") ? `[${name}]` : name;
  const parsed = name === "" || NO_HOST.test(name) ? null : URL.parse(`http://${authority}:${written}`);
  return parsed ??
    {
      field: "host",
      problem: `must be a host, host:port or an IPv6 address, not ${JSON.stringify(withoutUser(host))}`,
    };
}
