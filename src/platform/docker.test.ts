import { describe, expect, it } from 'vitest';
import type { Exec } from '../core/exec.ts';
import { removeImages } from './docker.ts';

const engine =
  (stderr: string): Exec =>
  async () => ({ stdout: '', stderr, exitCode: 1 });
const inUse =
  'Error response from daemon: conflict: unable to remove repository reference "labctl/demo:1" (must force) - ' +
  'container 0156e7c266a9 is using its referenced image 869a1df740c8\n';

describe('removeImages', () => {
  it("leaves what another lab's containers run from", async () => {
    await expect(removeImages(engine(inUse), ['labctl/demo:1'])).resolves.toBeUndefined();
  });

  it('fails with everything else that the engine says', async () => {
    const broken = engine(`${inUse}Error response from daemon: no such host\n`);
    await expect(removeImages(broken, ['labctl/demo:1', 'a'])).rejects.toMatchObject({
      code: 'E_COMMAND',
      message: expect.stringMatching(/exit code 1\nError response from daemon: no such host$/),
    });
  });
});
