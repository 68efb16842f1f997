import type { RequestContext } from "./context.ts";
import type { KeptLetter } from "./services/mail.ts";
import { createLocalOutbox } from "./services/mail.ts";

/** The letters of a deployment that sends none, newest first: a page for people, JSON for who asks for it. */
export async function localMail(request: Request, context: RequestContext): Promise<Response> {
  context.route = "page";
  const letters = await createLocalOutbox(context.env.DIRECTORY).newestFirst();
  const headers = { "cache-control": "no-store" };
  if (request.headers.get("accept") === "application/json")
    return Response.json({ letters }, { headers });
  return new Response(page(letters, context.own_origin), {
    headers: { ...headers, "content-type": "text/html; charset=utf-8" },
  });
}

export function page(letters: readonly KeptLetter[], origin: string): string {
  const articles = letters.map((letter) => article(letter, origin)).join("\n");
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Mail that was not sent</title>
<h1>Mail that was not sent</h1>
<p>This machine sends no mail. It would have sent:</p>
${articles || "<p>Nothing yet.</p>"}
</html>
`;
}

function article({ to, subject, text, sent_at }: KeptLetter, origin: string): string {
  return `<article>
<h2>${escaped(subject)}</h2>
<p>To ${escaped(to)}, ${new Date(sent_at).toISOString()}</p>
<pre>${linked(text, origin)}</pre>
</article>`;
}

/** Only what leads to this very deployment becomes a link; a letter has words of people in it too. */
function linked(text: string, origin: string): string {
  return text
    .split(/(\s+)/)
    .map((word) =>
      word === origin || word.startsWith(`${origin}/`)
        ? `<a href="${escaped(word)}">${escaped(word)}</a>`
        : escaped(word),
    )
    .join("");
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => entities[sign] ?? "");
}
