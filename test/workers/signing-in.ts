import { newId } from "../../schema/ids.ts";
import type { Person } from "./person.ts";
import { addressFor, ask, PASSWORD, personOf } from "./person.ts";

/** With a handle and a password, from somewhere new. */
export async function signIn(
  origin: string,
  handle: string,
  { password = PASSWORD }: { password?: string } = {},
): Promise<Person> {
  const reply = await ask(origin, "/v1/auth/login", {
    method: "POST",
    body: { handle, password },
    headers: { "cf-connecting-ip": addressFor(newId("address")) },
  });
  return personOf(origin, handle, reply);
}
