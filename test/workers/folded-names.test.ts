import { expect, test } from "vitest";
import { folded, NAMES_OF_ONE, namesOf } from "../../workers/services/folded-names.ts";

test("FND-2 case, accents and spaces make no difference, in any script", () => {
  expect(folded("  Zoë\n ÅNGSTRÖM ")).toBe("zoe angstrom");
  expect(folded("ﬁne ＡＢＣ")).toBe("fine abc");
  expect(folded("Ελένη")).toBe("ελενη");
  expect(folded("李 明")).toBe("李 明");
});

test("FND-2 a user is found by the handle and from each word of the name on, and by no more than a few", () => {
  const names = (handle: string, display_name: string) => namesOf({ handle, display_name });
  expect(names("ada", "Ada Lovelace-King")).toEqual([
    "ada",
    "ada lovelace-king",
    "lovelace-king",
    "king",
  ]);
  expect(names("bo", "Bo")).toEqual(["bo"]);
  expect(names("cy", "(Cy) 🏔")).toEqual(["cy", "cy) 🏔"]);
  expect(names("many", "a b c d e f g h i j")).toHaveLength(NAMES_OF_ONE);
});
