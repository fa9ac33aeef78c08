/** Imported when YAML is asked for. Bundled, the package itself has no named exports for a dynamic import. */
export { stringify } from 'yaml';
