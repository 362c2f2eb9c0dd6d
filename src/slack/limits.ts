/**
 * Slack's published limits, each with its page. Characters are counted in UTF-16 units of what is sent. The parts of a message are
 * capped one by one so that none is ever reached; test/slack/root-message.test.ts holds that against any incident.
 */

/** https://docs.slack.dev/reference/block-kit/blocks: blocks in one message. */
export const BLOCKS = 50;
/** https://docs.slack.dev/reference/block-kit/blocks/header-block */
export const HEADER_CHARACTERS = 150;
/** https://docs.slack.dev/reference/block-kit/blocks/section-block */
export const SECTION_CHARACTERS = 3_000;
/** https://docs.slack.dev/reference/block-kit/block-elements/button-element */
export const BUTTON_VALUE_CHARACTERS = 2_000;
/** The same page. */
export const ACTION_ID_CHARACTERS = 255;
/** Not documented: `msg_blocks_too_long` was measured at 13,200 (slackapi/bolt-js#2509); we stay well below. */
export const MESSAGE_CHARACTERS = 12_000;
/** https://docs.slack.dev/reference/methods/chat.postMessage: best up to here, cut off above 40,000. */
export const TOP_LEVEL_CHARACTERS = 4_000;
/** https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element */
export const INPUT_CHARACTERS = 3_000;
/** https://docs.slack.dev/reference/methods/files.getUploadURLExternal: `alt_txt_too_large` above. */
export const ALT_CHARACTERS = 1_000;
/** No page says; file titles longer than a line help nobody. */
export const FILE_TITLE_CHARACTERS = 150;
