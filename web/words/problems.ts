/** Why something had no effect, where the refusal's own sentence is none for a form. */
export const problemWords = {
  "problem.with_id": "{text} If it stays so, name this to who runs the service: {id}",
  "problem.invalid": "Something here is missing or cannot be taken as it is.",
  "problem.unreachable": "The server cannot be reached. Try again when the line is back.",
  "problem.slow_down": "Too many tries. Wait a moment before the next.",
  "problem.slow_down_for": "Too many tries. Try again in {wait}.",
  "problem.second": "{count} second",
  "problem.seconds": "{count} seconds",
  "problem.minute": "{count} minute",
  "problem.minutes": "{count} minutes",

  "field.handle":
    "Letters, digits, dot, dash and underscore, beginning with a letter; {least} to {most} characters. A few names, as “admin”, are reserved.",
  "field.mail": "This is not a whole mail address.",
  "field.password": "Between {least} and {most} characters.",
  "field.birth_date": "Say the date of birth.",
  "field.code": "Six digits from the authenticator, or a whole recovery code.",
  "field.line": "One line of {least} to {most} characters, without invisible ones.",
  "field.other": "This cannot be taken as it is: too long, or with characters that cannot be seen.",
} as const;
