import { defineConfig } from 'vitest/config';

const slow = { testTimeout: 120_000, hookTimeout: 120_000, fileParallelism: false, retry: 0 };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{src,profiles,scripts}/**/*.test.ts', 'test/architecture/*.test.ts'],
        },
      },
      { test: { name: 'bpf', include: ['test/bpf/**/*.test.ts'], ...slow } },
      { test: { name: 'netns', include: ['test/netns/**/*.test.ts'], ...slow } },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          ...slow,
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
