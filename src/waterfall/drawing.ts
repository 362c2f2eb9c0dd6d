/** A Vega-Lite specification: plain JSON. Its types live in a package that only render.ts may import. */
export type Spec = Readonly<Record<string, unknown>>;

/** A picture in exact logical pixels: what is left is to fill in the shapes. */
export type Drawing = {
  /** Equal for all pictures of a kind and a theme; it holds no word of anybody's data. */
  readonly spec: Spec;
  /** The spec's data sets by name. */
  readonly sheet: Readonly<Record<string, readonly unknown[]>>;
  readonly width: number;
  readonly height: number;
};
