/** `@std/http/negotiation`: the media type, encoding or language that a request prefers. */
type Headed = Pick<Request, "headers">;
export function accepts(request: Headed): string[];
export function accepts(request: Headed, ...types: string[]): string | undefined;
export function acceptsEncodings(request: Headed): string[];
export function acceptsEncodings(request: Headed, ...encodings: string[]): string | undefined;
export function acceptsLanguages(request: Headed): string[];
export function acceptsLanguages(request: Headed, ...langs: string[]): string | undefined;
