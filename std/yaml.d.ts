/** `@std/yaml`: values from YAML text and back. */
type SchemaType = "failsafe" | "json" | "core" | "default" | "extended";
export function parse(
  content: string,
  options?: {
    readonly schema?: SchemaType;
    readonly allowDuplicateKeys?: boolean;
    readonly onWarning?: (error: Error) => void;
  },
): unknown;
export function stringify(
  data: unknown,
  options?: { readonly indent?: number; readonly lineWidth?: number; readonly schema?: SchemaType },
): string;
