import { createInterface } from 'node:readline';

/** The other side of a Resident: answers each line of standard input, and ends the process with the input. */
export async function answerLines<Question, Answer>(
  answer: (question: Question) => Promise<Answer>,
): Promise<never> {
  for await (const line of createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line) as Question))}\n`);
  }
  process.exit(0);
}
