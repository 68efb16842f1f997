import { expect, test } from "vitest";
import { company } from "./company.ts";
import type { Person } from "./person.ts";

/** Invitations to rooms, with and without an account, on a deployment that takes guests. */
const { arrives, registered } = company({ GUESTS: "on" });

/** What follows the origin, which is another for each who comes. */
async function guestLink({ page }: Person, path: string): Promise<string> {
  const body = { room_id: path.slice("/r/".length), guest: true };
  const answer = await page.request.post("/v1/me/invitations", {
    data: body,
    headers: { origin: new URL(page.url()).origin },
  });
  const { pathname, hash } = new URL(((await answer.json()) as { link: string }).link);
  return pathname + hash;
}

test("WAC-13: a guest comes in by an invitation, writes in its room, and is there again after a reload", async () => {
  const [ada, gus] = [await registered("Ada"), await arrives("Gus")];
  const path = await ada.createsChannel("Tea");
  await ada.writes("Good afternoon.");
  await gus.page.goto(await guestLink(ada, path));
  await gus.page.getByText("Ada invites you to a room.").waitFor();
  await gus.page.getByLabel("Name that others see").fill("Gus");
  await gus.page.getByRole("button", { name: "Come in" }).click();
  await gus.sees("Good afternoon.");
  expect(new URL(gus.page.url()).pathname).toBe(path);
  await gus.writes("Thank you for having me.");
  await ada.sees("Thank you for having me.");
  await gus.page.reload();
  await gus.sees("Thank you for having me.");
  // Whatever this browser remembers of rooms, the room is still theirs.
  await gus.page.evaluate(
    "for (const key of Object.keys(localStorage)) if (key !== 'quoth.session') localStorage.removeItem(key)",
  );
  await gus.page.goto(path);
  await gus.sees("Good afternoon.");
});
