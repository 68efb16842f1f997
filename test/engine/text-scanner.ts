const safeLink = /^(https?:\/\/|mailto:)(?:[!#-%(-;=?-~]|&amp;|&#39;)+$/i;

/** Every tag there may be, with the form of each of its attributes. */
const allowed: Readonly<Record<string, Readonly<Record<string, RegExp>>>> = {
  ...Object.fromEntries(
    [
      ...[
        "p",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "blockquote",
        "ul",
        "li",
        "pre",
        "table",
        "thead",
        "tbody",
      ],
      ...["tr", "em", "strong", "del", "br", "hr"],
    ].map((tag) => [tag, {}]),
  ),
  a: { href: safeLink, rel: /^noopener noreferrer nofollow$/ },
  code: { class: /^language-[\w+#.-]+$/ },
  ol: { start: /^\d+$/ },
  span: { class: /^(user|everyone|here|role|room|emoji|spoiler)$/ },
  td: { align: /^(left|center|right)$/ },
  th: { align: /^(left|center|right)$/ },
};
const empty = new Set(["br", "hr"]);

const token = /<(\/?)([a-z][a-z0-9]*)((?: [a-z]+="[^"<>]*")*)>|&(?:amp|lt|gt|quot|#39);|[^<>&"']/gy;

/** A scanner far stricter than a browser's: only what our own writer could have meant gets through it. */
export function faultsOfHtml(text: string): string[] {
  const open: string[] = [];
  const faults: string[] = [];
  let end = 0;
  for (const [whole, closing, tag, attributes = ""] of text.matchAll(token)) {
    end += whole.length;
    if (tag === undefined) continue;
    if (closing === "/") {
      if (open.pop() !== tag || attributes !== "") faults.push(whole);
    } else {
      faults.push(...faultsOfTag(tag, attributes));
      if (!empty.has(tag)) open.push(tag);
    }
  }
  if (end < text.length) faults.push(text.slice(end, end + 20));
  return [...faults, ...open.map((tag) => `${tag} is not closed`)];
}

function faultsOfTag(tag: string, attributes: string): string[] {
  const forms = allowed[tag];
  if (forms === undefined) return [tag];
  const given = [...attributes.matchAll(/ ([a-z]+)="([^"]*)"/g)];
  const wrong = given.filter(([, name = "", value = ""]) => forms[name]?.test(value) !== true);
  const bare = tag === "a" && given.length !== 2 ? ["a link without rel"] : [];
  return [...wrong.map(([whole]) => `${tag}${whole}`), ...bare];
}
