import { type Chance, oneOf } from './chance.ts';

export type Order = {
  readonly id: string;
  readonly customer: string;
  readonly items: readonly Good[];
  /** undefined: a form that let it through. */
  readonly postcode: string | undefined;
};

type Good = { readonly name: string; readonly cents: number };

const CUSTOMERS = ['Ada Brandt', 'Luca Moretti', 'Noor Haddad', 'Ines Carvalho', 'Tomasz Wolski', 'Yuki Tanabe'] as const;

const GOODS: readonly [Good, ...Good[]] = [
  { name: 'Enamel mug', cents: 1_400 },
  { name: 'Wool blanket', cents: 7_900 },
  { name: 'Desk lamp', cents: 4_450 },
  { name: 'Notebook, dotted', cents: 1_250 },
  { name: 'Coffee, 500 g', cents: 1_190 },
  { name: 'Bread knife', cents: 3_600 },
];

export function newOrder(number: number, chance: Chance, postcode: string | undefined): Order {
  const items = Array.from({ length: 1 + Math.floor(chance() * 3) }, () => oneOf(chance, GOODS));
  return { id: `A-${number}`, customer: oneOf(chance, CUSTOMERS), items, postcode };
}

export const totalCents = (order: Order): number => order.items.reduce((sum, item) => sum + item.cents, 0);
