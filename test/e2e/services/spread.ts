/**
 * Whether answers look as if each of the names was as likely as the others: Pearson's statistic below
 * a limit that chance passes once in a thousand million times (Wilson and Hilferty's approximation, z = 6).
 */
export function isEven(answers: Readonly<Record<string, number>>, names: readonly string[]): boolean {
  const freedom = names.length - 1;
  if (freedom < 1) return true;
  const total = names.reduce((sum, name) => sum + (answers[name] ?? 0), 0);
  const expected = total / names.length;
  const statistic = names.reduce((sum, name) => sum + ((answers[name] ?? 0) - expected) ** 2 / expected, 0);
  const part = 2 / (9 * freedom);
  return statistic < freedom * (1 - part + 6 * Math.sqrt(part)) ** 3;
}
