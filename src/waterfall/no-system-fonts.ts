/**
 * Imported before Skia, which reads every font of the machine when it is loaded and this is not set. No picture may depend on them, and
 * without them a process starts sooner and is 9 MB smaller.
 */
// biome-ignore lint/style/noProcessEnv: Skia takes it from the environment only
process.env['DISABLE_SYSTEM_FONTS_LOAD'] = '1';
