import { failure, type LabError, messageOf } from './core/errors.ts';

type Stream = Pick<NodeJS.WriteStream, 'on' | 'write'>;

/**
 * Keeps streams that break from ending the program: `labctl list | head` has seen enough, and where stderr is
 * gone the exit code still tells. `flushed` waits until all is written; it answers E_OUTPUT where the result
 * was lost, as on a full disk.
 */
export function guardOutput(
  stdout: Stream,
  stderr: Stream,
): { flushed: () => Promise<LabError | undefined> } {
  let lost: LabError | undefined;
  stdout.on('error', (cause: NodeJS.ErrnoException) => {
    if (cause.code === 'EPIPE') return;
    lost = failure('E_OUTPUT', `the result could not be written: ${messageOf(cause)}`, {
      cause,
      fix: 'send standard output to a place that takes it',
    });
  });
  stderr.on('error', () => undefined);
  return {
    flushed: async () => {
      await Promise.all([stdout, stderr].map((stream) => new Promise((done) => stream.write('', done))));
      // Errors of a write are told one turn later.
      await new Promise((done) => setImmediate(done));
      return lost;
    },
  };
}
