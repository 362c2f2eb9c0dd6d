/** A drawn image with the same facts in words. */
export type Picture = {
  readonly png: Buffer;
  /** In device pixels. */
  readonly width: number;
  readonly height: number;
  /** Outcome, total, failing hop, cause and path shares first; at most 1,000 characters (`alt_txt_too_long` above, files.getUploadURLExternal). */
  readonly altText: string;
};
