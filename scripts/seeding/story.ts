/** The example that `npm run seed` tells. What is said in it is kept under its number: lines are only ever added. */
export interface Person {
  /** What the lines below call them. */
  readonly name: string;
  readonly handle: string;
  readonly display_name: string;
  readonly password: string;
}

export const people = [
  { name: "ada", handle: "demo.ada", display_name: "Ada", password: "kettle and tide table" },
  { name: "bo", handle: "demo.bo", display_name: "Bo 博", password: "the third drawing stays" },
  { name: "chidi", handle: "demo.chidi", display_name: "Chidi", password: "jollof rice for six" },
  { name: "dunya", handle: "demo.dunya", display_name: "دنيا", password: "a letter from the left" },
  {
    name: "eva",
    handle: "demo.eva",
    display_name: "Eva Jørgensen",
    password: "gloves at nine degrees",
  },
] as const satisfies readonly Person[];

export type Name = (typeof people)[number]["name"];

export interface Told {
  readonly key: string;
  readonly kind: "channel" | "group" | "direct";
  readonly name: string;
  readonly topic: string;
  /** The first one makes the room. */
  readonly members: readonly [Name, ...Name[]];
  readonly lines: readonly (readonly [who: Name, text: string])[];
}

export const rooms: readonly Told[] = [
  {
    key: "harbour",
    kind: "channel",
    name: "harbour",
    topic: "Everyone, in every language",
    members: ["ada", "bo", "chidi", "dunya", "eva"],
    lines: [
      [
        "ada",
        "Good morning! This channel is numbered from 1, without gaps. Look for “complete through #N”.",
      ],
      ["bo", "早上好！我在这里看到的顺序和你看到的一样吗？"],
      ["ada", "Yes: one order for everyone, and each entry carries the hash of the one before."],
      ["chidi", "Ụtụtụ ọma. And if my train goes into a tunnel while I send?"],
      [
        "ada",
        "Then it is sent again with the same id, and still counts once. The receipt says so.",
      ],
      [
        "dunya",
        "صباح الخير! النص من اليمين إلى اليسار يجب أن يظهر صحيحًا أيضًا، حتى مع English في الوسط.",
      ],
      [
        "eva",
        "God morgen 🌊 Jeg prøver med emoji: 👩‍👩‍👧‍👦 🇩🇰 👍🏾 og en lang sammensætning: speciallægepraksisplanlægningsstabiliseringsperiode.",
      ],
      ["bo", "日本語のテストです。絵文字も 🍣🍜 どうぞ。"],
      ["chidi", "Habari! Kiswahili pia kinafaa hapa."],
      ["dunya", "¿Y en español? ¡Por supuesto! El ñandú corrió hacia el océano."],
      ["eva", "Auf Deutsch: Übergrößenträger, Straße, „Anführungszeichen“ – alles da."],
      ["bo", "한국어도 됩니다. 그리고 ไทยก็ได้ และ हिन्दी भी।"],
      ["ada", "Schöne Grüße aus London; le café est prêt, s’il vous plaît."],
      ["chidi", "What is a receipt, in one line?"],
      [
        "ada",
        "Your message's number, its hash, and the deployment's signature over the head of the log.",
      ],
      ["dunya", "שלום, ועוד שפה אחת מימין לשמאל."],
      ["eva", "Привіт! Тест українською, und ein Zeilenumbruch:\n\nhier geht es weiter."],
      ["bo", "数学：∑ᵢ xᵢ² ≤ ‖x‖²，以及 √2 ≈ 1.41421356。"],
      [
        "chidi",
        "`npm run verify` follows the chain of a room and checks the signature. Try it on this one.",
      ],
      ["ada", "Then we are done here. Thank you all, teşekkürler, obrigada, dziękuję, ありがとう!"],
    ],
  },
  {
    key: "boat",
    kind: "group",
    name: "The boat trip",
    topic: "Saturday, if the weather holds",
    members: ["eva", "ada", "chidi"],
    lines: [
      ["eva", "Who brings what?"],
      ["chidi", "Jollof rice for six. It is not up for discussion 🍛"],
      ["ada", "A kettle, and the tide table: high water at 11:42."],
      ["eva", "Perfekt. Jeg tager tæpper med – det bliver koldt på vandet."],
      ["chidi", "How cold is cold?"],
      ["eva", "Nine degrees. Bring gloves 🧤"],
      ["ada", "The forecast has changed: wind 5, gusts 7. Sunday looks better."],
      ["chidi", "Sunday works for me."],
      ["eva", "Sunday it is. I will tell the harbour master."],
      ["ada", "Written down, numbered and signed. Nobody can say they did not know 😄"],
    ],
  },
  {
    key: "ada-bo",
    kind: "direct",
    name: "",
    topic: "",
    members: ["ada", "bo"],
    lines: [
      ["ada", "Did you get the drawings?"],
      ["bo", "收到了，谢谢！第三张特别好。"],
      ["ada", "The one with the wheel? I was not sure about it."],
      ["bo", "Keep it. It explains the whole machine at one glance."],
      [
        "ada",
        "Then it stays. Here is the part that I would like you to check:\n\n```\nfor (const event of events) hash = H(hash, event);\n```",
      ],
      ["bo", "看起来没问题。One question: what when two events come in the same turn?"],
      ["ada", "They share one transaction, and each still has its own number."],
      ["bo", "明白了 👍"],
      ["ada", "See you at the harbour."],
      ["bo", "明天见！"],
    ],
  },
];
