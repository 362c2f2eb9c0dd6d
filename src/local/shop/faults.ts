/** What can be broken in the shop, on purpose. */
export type Fault = 'payment-declines' | 'slow-inventory' | 'function-timeout' | 'out-of-memory' | 'poison-message';

export type FaultStory = { readonly fault: Fault; readonly title: string; readonly story: string };

export const FAULTS: readonly FaultStory[] = [
  {
    fault: 'payment-declines',
    title: 'Payment declines',
    story: 'The payment provider answers 402 card_declined. payment-fn throws, checkout fails, the customer sees a 502.',
  },
  {
    fault: 'slow-inventory',
    title: 'Slow inventory',
    story: 'The stock query of inventory-fn takes 2.5 s longer. Orders succeed, but the customer waits.',
  },
  {
    fault: 'function-timeout',
    title: 'Function time-out',
    story: 'The label upload of fulfilment-fn never answers. Lambda kills it after 3 s; its own spans are never sent.',
  },
  {
    fault: 'out-of-memory',
    title: 'Out of memory',
    story:
      'notification-fn renders an endless receipt until its 128 MB are used up. No span tells; only the platform report does.',
  },
  {
    fault: 'poison-message',
    title: 'Poison message',
    story:
      'New orders lack a postcode. fulfilment-fn throws on every delivery; after 3 of them the message lands in the dead-letter queue.',
  },
];

export const isFault = (text: string): text is Fault => FAULTS.some(({ fault }) => fault === text);

/** Which faults are on now. */
export type Switchboard = {
  readonly faults: ReadonlyMap<Fault, boolean>;
  isOn(fault: Fault): boolean;
  break(fault: Fault): void;
  /** undefined: all of them. */
  mend(fault?: Fault): void;
};

export function switchboard(): Switchboard {
  const faults = new Map<Fault, boolean>(FAULTS.map(({ fault }) => [fault, false]));
  return {
    faults,
    isOn: (fault) => faults.get(fault) === true,
    break: (fault) => void faults.set(fault, true),
    mend: (fault) => {
      for (const each of fault === undefined ? [...faults.keys()] : [fault]) faults.set(each, false);
    },
  };
}
