/** What a parser does over and over, counted instead of timed: looking at a character, and trying an expression. */
export function stepsOf(work: () => void): number {
  const { charCodeAt } = String.prototype;
  const { exec, test } = RegExp.prototype;
  let steps = 0;
  Object.assign(String.prototype, {
    charCodeAt(this: string, at: number) {
      steps += 1;
      return charCodeAt.call(this, at);
    },
  });
  Object.assign(RegExp.prototype, {
    exec(this: RegExp, text: string) {
      steps += 1;
      return exec.call(this, text);
    },
    test(this: RegExp, text: string) {
      steps += 1;
      return test.call(this, text);
    },
  });
  try {
    work();
  } finally {
    Object.assign(String.prototype, { charCodeAt });
    Object.assign(RegExp.prototype, { exec, test });
  }
  return steps;
}
