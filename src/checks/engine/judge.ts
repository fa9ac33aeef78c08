import type { Evidence } from '../check.ts';

/** Why evidence does not prove the check, or undefined where it does. No evidence proves nothing. */
export function judge(evidence: readonly Evidence[]): string | undefined {
  if (evidence.length === 0) return 'no evidence was found';
  const wrong = evidence.find(({ ok }) => !ok);
  return wrong && `${wrong.what}: expected ${wrong.expected}, observed ${wrong.observed}`;
}
