import { FAULTS, type Fault } from './faults.ts';
import { KEPT_ORDERS, type LedgerEntry } from './ledger.ts';
import type { Shop } from './shop.ts';

/** What `/shop …` asks for. */
export type ShopRequest =
  | { readonly kind: 'break'; readonly fault: Fault }
  /** undefined: all faults. */
  | { readonly kind: 'mend'; readonly fault: Fault | undefined }
  | { readonly kind: 'order'; readonly count: number }
  | { readonly kind: 'status' }
  /** `trouble`: what was not understood. */
  | { readonly kind: 'help'; readonly trouble: string | undefined };

/** As many as fit into the ledger. */
const MOST_ORDERS = KEPT_ORDERS;

/** Reads the text after `/shop`. A fault may be cut short: `break pay`. */
export function shopRequest(text: string): ShopRequest {
  const [verb = '', what, ...rest] = text.trim().toLowerCase().split(/\s+/);
  if (rest.length > 0) return help(`\`${verb}\` takes one word`);
  if (verb === 'break') return breaking(what);
  if (verb === 'mend') return mending(what);
  if (verb === 'order') return ordering(what);
  if (what !== undefined) return help(`\`${verb} ${what}\` is nothing I know`);
  if (verb === 'status') return { kind: 'status' };
  return help(verb === 'help' || verb === '' ? undefined : `\`${verb}\` is nothing I know`);
}

const help = (trouble: string | undefined): ShopRequest => ({ kind: 'help', trouble });

function breaking(what: string | undefined): ShopRequest {
  const fault = meant(what);
  return fault === undefined ? help(`there is no fault \`${what ?? ''}\``) : { kind: 'break', fault };
}

function mending(what: string | undefined): ShopRequest {
  if (what === undefined || what === 'all') return { kind: 'mend', fault: undefined };
  const fault = meant(what);
  return fault === undefined ? help(`there is no fault \`${what}\``) : { kind: 'mend', fault };
}

function ordering(what: string | undefined): ShopRequest {
  const count = what === undefined ? 1 : Number(what);
  const isFine = Number.isInteger(count) && count >= 1 && count <= MOST_ORDERS;
  return isFine ? { kind: 'order', count } : help(`\`order\` takes a number from 1 to ${MOST_ORDERS}`);
}

/** The one fault that begins so, or has a word that does. */
function meant(what: string | undefined): Fault | undefined {
  if (what === undefined || what === '') return undefined;
  const [found, ...others] = FAULTS.filter(
    ({ fault }) => fault.startsWith(what) || fault.split('-').some((word) => word.startsWith(what)),
  );
  return others.length === 0 ? found?.fault : undefined;
}

/** Obeys the text after `/shop`; the answer is mrkdwn. */
export const shopCommand = (shop: Shop, text: string): Promise<string> => obeyed(shop, shopRequest(text));

/** Does what was asked, and says so in mrkdwn. */
async function obeyed(shop: Shop, request: ShopRequest): Promise<string> {
  switch (request.kind) {
    case 'break':
      shop.break(request.fault);
      return `:boom: *${title(request.fault)}* is on. ${story(request.fault)}\nEnd it with \`/shop mend ${request.fault}\`.`;
    case 'mend':
      shop.mend(request.fault);
      return request.fault === undefined
        ? ':white_check_mark: Everything is mended.'
        : `:white_check_mark: *${title(request.fault)}* is mended.`;
    case 'order':
      return ordered(shop, request.count);
    case 'status':
      return status(shop);
    case 'help':
      return request.trouble === undefined ? HELP : `Sorry, ${request.trouble}.\n${HELP}`;
  }
}

const title = (fault: Fault): string => FAULTS.find((each) => each.fault === fault)?.title ?? fault;
const story = (fault: Fault): string => FAULTS.find((each) => each.fault === fault)?.story ?? '';

const HELP = [
  '*The sample shop*',
  '`/shop order [n]` places orders',
  '`/shop break <fault>` and `/shop mend [fault]` switch faults',
  '`/shop status` tells what is broken, and the last orders',
  `Faults: ${FAULTS.map(({ fault }) => `\`${fault}\``).join(', ')}`,
].join('\n');

async function ordered(shop: Shop, count: number): Promise<string> {
  const placed = await Promise.all(Array.from({ length: count }, () => shop.order()));
  return placed
    .map(({ status, traceId }) => `${status === 201 ? ':package: 201' : `:x: ${status}`}  \`/trace ${traceId}\``)
    .join('\n');
}

function status(shop: Shop): string {
  const broken = [...shop.faults].filter(([, on]) => on).map(([fault]) => `*${title(fault)}*`);
  const orders = shop.orders().slice(0, 5);
  const lines = [
    broken.length === 0 ? ':white_check_mark: Nothing is broken.' : `:boom: ${broken.join(', ')}`,
    ...(orders.length === 0 ? ['No order yet.'] : orders.map(told)),
    `The shop: ${shop.url}`,
  ];
  return lines.join('\n');
}

function told(order: LedgerEntry): string {
  const answer = order.answer === undefined ? '…' : `${order.answer.status} in ${Math.round(order.answer.durationMs)} ms`;
  return `• ${order.id}  ${answer}, ${order.stage}  \`/trace ${order.traceId}\``;
}
