declare const brand: unique symbol;
/** A type that does not mix with others of the same shape. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
