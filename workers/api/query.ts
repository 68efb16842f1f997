import * as z from "zod";

/**
 * Values in a query string. Elysia has two readers for them, one of which splits a value at its commas and reads one
 * in brackets as JSON: each schema here takes only the form that it means, from either.
 */
export function wholeNumber(min: number, max: number = Number.MAX_SAFE_INTEGER) {
  return z
    .string()
    .regex(/^\d{1,16}$/)
    .transform(Number)
    .pipe(z.number().int().min(min).max(max));
}

/** One value or several with a comma between them. */
export function list<T extends z.ZodType<unknown, string>>(value: T, max_values: number) {
  return z
    .union([z.string(), z.array(z.string())])
    .transform((values) => [values].flat().flatMap((text) => text.split(",")))
    .pipe(z.array(value).max(max_values) as z.ZodType<z.output<T>[], string[]>);
}
