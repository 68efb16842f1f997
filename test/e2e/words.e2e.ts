import { expect, test } from "vitest";
import { company } from "./company.ts";
import { PATIENCE_MS } from "./person.ts";

/** What a message means on the screen, and what a slash does. */
const { registered } = company();

test("WEB-20: a message is shown as what it means, and told of as one line of words", async () => {
  const ada = await registered("Ada");
  const path = await ada.createsChannel("Boats");
  const bo = await registered("Bo");
  await bo.opens(path);
  await bo.page.goto("/");
  const room = path.split("/").at(-1) ?? "";
  const me = await bo.page.evaluate(async () => (await fetch("/v1/me")).text());
  const user_id = /user_[0-9a-f-]+/.exec(me)?.[0] ?? "";
  await ada.writes(
    "[chart](https://example.org/c) [no](javascript:alert(1))",
    `**Two** of \`three\` in <#${room}> for <@${user_id}>: ||the keel||`,
  );
  const said = ada.timeline.locator(".said").last();
  await said.locator("strong", { hasText: "Two" }).waitFor();
  await said.locator("code", { hasText: "three" }).waitFor();
  await said.getByText("@Bo", { exact: true }).waitFor();
  expect(await said.getByRole("link", { name: "#Boats" }).getAttribute("href")).toBe(path);
  const chart = ada.timeline.getByRole("link", { name: "chart" });
  expect(await chart.getAttribute("href")).toBe("https://example.org/c");
  expect(await chart.getAttribute("rel")).toContain("noopener");
  expect(await ada.timeline.getByRole("link").count()).toBe(2);

  expect(await said.innerText()).not.toContain("keel");
  await said.getByRole("button", { name: "Hidden words. Show them" }).click();
  await said.getByText("the keel").waitFor();

  await expect
    .poll(() => bo.page.locator(".preview").allInnerTexts(), { timeout: PATIENCE_MS })
    .toEqual(["Ada: Two of three in #Boats for @Bo: ▮▮▮"]);
  expect(await bo.page.locator("body").innerText()).not.toMatch(/keel|user_|room_/);
});

test("WEB-20: lists, quotations, code and tables have their shape, and long ones stay in their place", async () => {
  const cy = await registered("Cy");
  await cy.createsChannel("Shapes");
  await cy.writes(
    "# Loading\n\n- [x] ropes\n- [ ] sails\n\n> from the left\n\n```ts\nconst a = 1;\n```\n\n" +
      `| port | ships |\n| --- | ---: |\n| Kiel | ${"9".repeat(300)} |`,
  );
  const said = cy.timeline.locator(".said").last();
  await said.locator("table").waitFor();
  expect(await said.getByRole("checkbox", { name: "Done", exact: true }).isChecked()).toBe(true);
  expect(await said.getByRole("checkbox", { name: "Not done yet" }).isChecked()).toBe(false);
  const [box, words] = await Promise.all([
    said.getByRole("checkbox", { name: "Done", exact: true }).boundingBox(),
    said.locator("li").first().boundingBox(),
  ]);
  expect(box?.height, "it stands in its line").toBeLessThan(words?.height ?? 0);
  expect(words?.height).toBeLessThan(40);
  expect(await said.locator("blockquote").innerText()).toBe("from the left");
  expect(await said.locator("pre").innerText()).toBe("const a = 1;");
  expect(await said.getByRole("heading").count()).toBe(0);
  const wider = await cy.timeline.evaluate((box) => box.scrollWidth > box.clientWidth);
  expect(wider).toBe(false);
  await cy.page.screenshot({ path: "dist/shots/shapes.png" });
});

test("WEB-21: what begins with a slash is done, and what nobody knows stays where it was written", async () => {
  const dee = await registered("Dee");
  await dee.createsChannel("Slips");
  await dee.writes("/me waves");
  await dee.timeline.getByText("Dee waves").waitFor();
  await dee.writes("/help");
  await dee.page.getByText("Changes what the room is about.").waitFor();
  await dee.page.screenshot({ path: "dist/shots/help.png" });
  await dee.writes("/topic Where boats are mended");
  await dee.page.getByText("Where boats are mended").waitFor();
  await expect.poll(() => dee.composer.inputValue(), { timeout: PATIENCE_MS }).toBe("");
  await dee.writes("/nope at all");
  await dee.page.getByRole("alert").getByText("Nobody knows /nope.").waitFor();
  expect(await dee.composer.inputValue()).toBe("/nope at all");
  await dee.writes("//nope at all");
  await dee.sees("/nope at all");
  expect(await dee.timeline.getByRole("article").count()).toBe(2);
});
