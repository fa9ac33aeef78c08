import { describe, expect, it } from 'vitest';
import { isLabName, requireLabName } from './lab-name.ts';

describe('the name of a lab', () => {
  it.each(['lab', 'a', 'lab-2', 'x'.repeat(32), 'podlab', 'my-pods'])('may be %s', (name) => {
    expect(isLabName(name)).toBe(true);
    expect(requireLabName(name)).toBe(name);
  });

  it.each(['', 'Foo', '../../etc', 'a/b', 'a.b', '-a', 'a-', 'a\nb', 'x'.repeat(33), 'my-pod', 'a-pod-b'])(
    'may not be %j, and the refusal says what is allowed on one line',
    (name) => {
      expect(isLabName(name)).toBe(false);
      expect(() => requireLabName(name)).toThrow(
        expect.objectContaining({
          code: 'E_LAB_NAME',
          exitCode: 2,
          message: `${JSON.stringify(name)} cannot be the name of a lab`,
          fix: expect.stringContaining('DNS label'),
        }),
      );
    },
  );
});
