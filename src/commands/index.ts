import { apply } from './apply.ts';
import type { CommandDefinition } from './command.ts';
import { completion } from './completion.ts';
import { config } from './config.ts';
import { deleteCommand } from './delete.ts';
import { dev } from './dev.ts';
import { doctor } from './doctor.ts';
import { down } from './down.ts';
import { exec } from './exec.ts';
import { get } from './get.ts';
import { images } from './images.ts';
import { init } from './init.ts';
import { list } from './list.ts';
import { load } from './load.ts';
import { logs } from './logs.ts';
import { profiles } from './profiles.ts';
import { reload } from './reload.ts';
import { render } from './render.ts';
import { status } from './status.ts';
import { up } from './up.ts';
import { values } from './values.ts';
import { verify } from './verify.ts';
import { version } from './version.ts';

/** All verbs, in the order in which `labctl --help` lists them. */
export const definitions: readonly CommandDefinition[] = [
  up,
  verify,
  down,
  status,
  list,
  doctor,
  exec,
  get,
  apply,
  deleteCommand,
  logs,
  load,
  reload,
  dev,
  init,
  render,
  values,
  images,
  profiles,
  config,
  version,
  completion,
];
