/** Charts from 1.16 on refuse a longer name of the cluster. */
export const longestClusterName = 32;

/** The name, or as much of its beginning as every chart takes. */
export const fittingClusterName = (name: string): string =>
  name.length <= longestClusterName ? name : name.slice(0, longestClusterName).replace(/-+$/, '');
