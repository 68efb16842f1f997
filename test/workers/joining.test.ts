import { expect, test } from "vitest";
import { ageOn, isOfDomain } from "../../workers/api/joining.ts";
import { deviceNameOf } from "../../workers/api/session.ts";
import { networkOf } from "../../workers/services/attempts.ts";

const on = (day: string) => Date.parse(`${day}T12:00:00Z`);

test("ACC-5 an age is whole years, up to the very day", () => {
  expect(ageOn("2010-06-15", on("2026-06-14"))).toBe(15);
  expect(ageOn("2010-06-15", on("2026-06-15"))).toBe(16);
  expect(ageOn("2010-06-15", on("2026-06-16"))).toBe(16);
  expect(ageOn("2010-12-31", on("2026-01-01"))).toBe(15);
  expect(ageOn("2012-02-29", on("2026-02-28"))).toBe(13);
  expect(ageOn("2012-02-29", on("2026-03-01"))).toBe(14);
  expect(ageOn("2030-01-01", on("2026-01-01"))).toBeLessThan(0);
});

test("ACC-4 a domain is the whole domain, however it is cased", () => {
  const domains = new Set(["example.org"]);
  expect(isOfDomain("ada@example.org", domains)).toBe(true);
  expect(isOfDomain("ada@Example.ORG", domains)).toBe(true);
  for (const mail of ["ada@evilexample.org", "ada@mail.example.org", "example.org@evil.test", ""])
    expect(isOfDomain(mail, domains), mail).toBe(false);
});

test("RATE-6 the addresses of one subscriber count as one", () => {
  expect(networkOf("192.0.2.7")).toBe("192.0.2.7");
  expect(networkOf("2001:db8:1:2:3:4:5:6")).toBe("2001:db8:1:2::/64");
  expect(networkOf("2001:0db8:0001:0002::9")).toBe("2001:db8:1:2::/64");
  expect(networkOf("2001:DB8::1")).toBe("2001:db8:0:0::/64");
  expect(networkOf("::1")).toBe("0:0:0:0::/64");
  expect(networkOf("2001:db8:1:3::9")).not.toBe(networkOf("2001:db8:1:2::9"));
  expect(networkOf("::ffff:192.0.2.7")).toBe("::ffff:192.0.2.7");
});

test("DEV-1 a browser is named in known words, and nothing that it says itself is kept", () => {
  const linux = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0";
  const windows =
    "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0";
  const phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1";
  expect(deviceNameOf(linux)).toBe("Firefox on Linux");
  expect(deviceNameOf(windows)).toBe("Edge on Windows");
  expect(deviceNameOf(phone)).toBe("Safari on iPhone");
  expect(deviceNameOf("<script>alert(1)</script>")).toBe("A program");
  expect(deviceNameOf(null)).toBe("A program");
});
