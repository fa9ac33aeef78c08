import type { Progress, ProgressStep } from '../commands/command.ts';

export interface ProgressOptions {
  readonly stream: NodeJS.WriteStream;
  /** Redraw in place; plain timed lines otherwise. */
  readonly isInteractive: boolean;
  readonly quiet: boolean;
  readonly now?: () => number;
}

/** Shows step lists on stderr. A step that throws ends the list; its error goes to the caller as it is. */
export function createProgress(options: ProgressOptions): Progress {
  if (options.quiet) return runSilently;
  return options.isInteractive ? interactive(options) : plain(options);
}

const runSilently: Progress = async (steps, context) => {
  for (const step of steps) if (skipReason(step, context) === false) await step.run(context, () => undefined);
};

/** One line at the start of each step, with the seconds since the first: fit for logs. */
function plain({ stream, now = Date.now }: ProgressOptions): Progress {
  return async (steps, context) => {
    const began = now();
    const say = (text: string): void => {
      const seconds = ((now() - began) / 1000).toFixed(2).padStart(6);
      stream.write(`[${seconds} s] ${text}\n`);
    };
    for (const step of steps) {
      const reason = skipReason(step, context);
      if (reason !== false) {
        say(`${step.title}: skipped, ${reason}`);
        continue;
      }
      say(step.title);
      await step
        .run(context, (detail) => say(`  ${detail}`))
        .catch((error: unknown) => {
          say(`${step.title}: failed`);
          throw error;
        });
    }
    say('done');
  };
}

function interactive({ stream }: ProgressOptions): Progress {
  return async (steps, context) => {
    const { Listr, ListrLogger, ProcessOutput } = await import('listr2');
    type Context = typeof context;
    const shown = {
      logger: new ListrLogger({ toStderr: [], processOutput: new ProcessOutput(stream, stream) }),
      showErrorMessage: false,
      collapseErrors: false,
      timer: { condition: (ms = 0) => ms > 50, field: (ms = 0) => `${(ms / 1000).toFixed(2)} s` },
    };
    const list = new Listr<Context, 'default', 'default'>(
      steps.map((step) => ({
        title: step.title,
        skip: () => skipReason(step, context),
        task: (_, task) =>
          step.run(context, (detail) => {
            task.output = detail;
          }),
      })),
      {
        ctx: context,
        // The signal of the command context is the one way to be interrupted.
        registerSignalListeners: false,
        rendererOptions: shown,
        // listr2 asks stdout whether it is a terminal; ours is stderr, and the answer is known.
        fallbackRenderer: 'default',
        fallbackRendererOptions: shown,
      },
    );
    await list.run(context);
  };
}

const skipReason = <C>(step: ProgressStep<C>, context: C): string | false => step.skip?.(context) ?? false;
