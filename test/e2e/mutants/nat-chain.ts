type Run = (...argv: readonly string[]) => Promise<string>;

/** A chain of somebody else that translates before others do. Answers with what removes it. */
export async function natChain(run: Run, hook: string, rule: string): Promise<() => Promise<unknown>> {
  await run('nft', 'add table ip mutant');
  await run('nft', `add chain ip mutant chain0 { type nat hook ${hook}; }`);
  await run('nft', `add rule ip mutant chain0 ${rule}`);
  return () => run('nft', 'delete table ip mutant');
}
