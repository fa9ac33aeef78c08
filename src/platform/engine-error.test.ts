import { describe, expect, it } from 'vitest';
import { failure } from '../core/errors.ts';
import { engineError } from './engine-error.ts';

const command = (said: string) => failure('E_COMMAND', `kind create cluster: exit code 1\n${said}`);

describe('engineError', () => {
  it.each([
    [
      'ERROR: failed to create cluster: failed to pull image "example.test/node:v0": command "docker pull" failed\n\n' +
        'Command Output: Error response from daemon: Get "http://example.test/v2/": dial tcp: connection refused',
      {
        code: 'E_IMAGE_PULL',
        exitCode: 6,
        message: /^example\.test\/node:v0 is not here.*connection refused$/,
      },
    ],
    [
      'Step 1/9 : FROM debian:trixie-slim\npull access denied for debian, repository does not exist',
      { code: 'E_IMAGE_PULL', exitCode: 6, message: /^debian:trixie-slim is not here/ },
    ],
    [
      'Step 1/9 : FROM localhost:1/base:v0 AS base\nGet "http://localhost:1/v2/": dial tcp: connection refused',
      {
        code: 'E_IMAGE_PULL',
        exitCode: 6,
        message: /^localhost:1\/base:v0 is not here.*connection refused$/,
      },
    ],
    [
      'docker: Error response from daemon: driver failed programming external connectivity on endpoint x: ' +
        'Error starting userland proxy: listen tcp4 127.0.0.1:8080: bind: address already in use',
      { code: 'E_PORT_TAKEN', exitCode: 7, message: /^127\.0\.0\.1:8080 is in use/ },
    ],
    [
      'docker: Error response from daemon: Bind for 0.0.0.0:8080 failed: port is already allocated',
      { code: 'E_PORT_TAKEN', exitCode: 7, message: /^0\.0\.0\.0:8080 is in use/ },
    ],
    [
      'ctr: failed to ingest "blobs/sha256/0": write /var/lib/containerd/0: no space left on device',
      { code: 'E_NO_SPACE', exitCode: 6, message: /no space is left: ctr: failed to ingest/ },
    ],
  ])('reads %j', (said, { code, exitCode, message }) => {
    const found = engineError(command(said));
    expect(found).toMatchObject({ code, exitCode, fix: expect.any(String) });
    expect(found?.message).toMatch(message);
  });

  it.each([
    command('ERROR: failed to init node with kubeadm: listen tcp 0.0.0.0:6443 was slow'),
    command('Step 1/9 : FROM debian:trixie-slim\nStep 2/9 : RUN apt-get update\nexit code: 100'),
    failure('E_NODE', 'no space left on device'),
    new Error('no space left on device'),
  ])('leaves %s alone', (error) => {
    expect(engineError(error)).toBeUndefined();
  });
});
