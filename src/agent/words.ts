/** `fromContainer` of generated code as `from_container`, the word of the C side and of metrics. */
export const snakeCase = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
