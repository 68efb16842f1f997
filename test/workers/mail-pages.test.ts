import { expect, test } from "vitest";
import { page } from "../../workers/local-mail.ts";
import { mailKeyOf } from "../../workers/services/accounts.ts";
import { letters } from "../../workers/services/letters.ts";
import { createMail } from "../../workers/services/mail.ts";

const ORIGIN = "https://chat.example.org";
const head = { deployment: "Raven House", origin: ORIGIN };

test("MAIL-12 what people wrote is text on the page of letters, and only our own links can be followed", () => {
  const text = `<script>alert(1)</script> & "x" ${ORIGIN}/verify#abc https://evil.example.org/ ${ORIGIN}.evil.org/`;
  const html = page([{ to: "<b>@x", subject: "<i>", text, sent_at: 0 }], ORIGIN);
  expect(html).not.toMatch(/<script|<b>|<i>/);
  expect([...html.matchAll(/href="([^"]*)"/g)].map(([, link]) => link)).toEqual([
    `${ORIGIN}/verify#abc`,
  ]);
  expect(html).toContain("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;x&quot;");
});

test("MAIL-13 a letter names the deployment, has one link at most, and nothing that is fetched", () => {
  const written = [
    letters.verify(head, "t"),
    letters.addressInUse(head),
    letters.reset(head, "t"),
    letters.passwordChanged(head),
    letters.signInChanged(head, "A passkey was added"),
    letters.mailChanged(head),
    letters.leaving(head, 1_795_219_200_000),
    letters.invitation(head, "Ada", "t"),
  ];
  for (const { subject, text } of written) {
    expect(subject).toMatch(/^Raven House: /);
    expect(text.match(/https?:/g)).toHaveLength(1);
    expect(text).not.toMatch(/<|img|http:\/\//);
  }
  expect(letters.leaving(head, 1_795_219_200_000).text).toContain("2026-11-21 00:00 UTC");
  // Whoever chooses a name does not choose a subject.
  expect(letters.invitation(head, "URGENT", "t").subject).not.toContain("URGENT");
});

test("MAIL-14 mail goes out in the deployment's name, and a failure says nothing of the address", async () => {
  const sent: unknown[] = [];
  const config = {
    MAIL_DELIVERY: "binding",
    MAIL_FROM: "post@example.org",
    DEPLOYMENT_NAME: "Raven House",
  } as const;
  const mailTo = (send: (message: unknown) => Promise<unknown>) =>
    createMail({ MAIL: { send } as never, DIRECTORY: null as never }, config);
  const letter = { to: "ada@example.org", subject: "s", text: "t" };
  await mailTo(async (message) => sent.push(message)).send(letter);
  expect(sent).toEqual([{ ...letter, from: { email: "post@example.org", name: "Raven House" } }]);
  const failing = mailTo(async () => {
    throw Object.assign(new Error("no such box: ada@example.org"), { code: "E_RECIPIENT" });
  });
  await expect(failing.send(letter)).rejects.toThrow(/^mail was not taken: E_RECIPIENT$/);
});

test.each([
  [" Ada@Example.ORG ", "ada@example.org"],
  ["ada@m\u00fcnchen.de", "ada@xn--mnchen-3ya.de"],
  ["\uff41da@example.org", "ada@example.org"],
  ["no address", "no address"],
])("MAIL-15 %s is compared as %s", (mail, key) => {
  expect(mailKeyOf(mail)).toBe(key);
});
