import type { Transaction } from '../trace/transaction.ts';

export type ThemeName = 'light' | 'dark';

export type Theme = {
  readonly name: ThemeName;
  readonly paper: string;
  readonly ink: string;
  /** Secondary text: at least 7:1 on the paper. */
  readonly quiet: string;
  /** Small remarks: at least 4.5:1. */
  readonly faint: string;
  readonly grid: string;
  readonly guide: string;
  readonly error: string;
  readonly errorPaper: string;
  readonly errorInk: string;
  readonly slow: string;
  readonly slowPaper: string;
  readonly ok: string;
  readonly wait: string;
  readonly waitPaper: string;
};

export const THEMES: Readonly<Record<ThemeName, Theme>> = {
  light: {
    name: 'light',
    paper: '#FFFFFF',
    ink: '#101828',
    quiet: '#475467',
    faint: '#667085',
    grid: '#E4E7EC',
    guide: '#C3CAD5',
    error: '#D92D20',
    errorPaper: '#FEECEA',
    errorInk: '#B42318',
    slow: '#B54708',
    slowPaper: '#FEF4E6',
    ok: '#067647',
    wait: '#667085',
    waitPaper: '#EEF1F5',
  },
  dark: {
    name: 'dark',
    paper: '#1A1D21',
    ink: '#F2F4F7',
    quiet: '#B4BCC8',
    faint: '#98A2B3',
    grid: '#31363D',
    guide: '#4A515B',
    error: '#F4564A',
    errorPaper: '#3A1E1D',
    errorInk: '#FDA29B',
    slow: '#FDB022',
    slowPaper: '#372B16',
    ok: '#32D583',
    wait: '#98A2B3',
    waitPaper: '#262B31',
  },
};

/**
 * Chosen by optimisation over simulated protanopia, deuteranopia and tritanopia, the error red among them: the least OKLab distance of
 * any two is several times that of tableau10. At least 3:1 on their paper (WCAG 2.2, 1.4.11). Red is for errors only.
 */
const SERVICES: Readonly<Record<ThemeName, readonly string[]>> = {
  light: ['#2458E8', '#0E8A72', '#8F35B5', '#3A93F2', '#2F4A5C', '#B07AB8', '#D07A12', '#75301B'],
  dark: ['#2F6BFF', '#35C3BE', '#B774C2', '#1F99FF', '#5B6E8F', '#DAADFF', '#F18E0A', '#945B49'],
};
/** Every service beyond the eighth. */
const OTHERS: Readonly<Record<ThemeName, string>> = { light: '#7A8699', dark: '#929CAB' };

/** The services with a colour of their own. */
export const COLOURS = SERVICES.light.length;

export type ServiceColours = {
  /** Busiest first. */
  readonly services: readonly string[];
  readonly of: (service: string) => string;
};

/** A function of the transaction alone: the busiest service gets the first colour, whoever looks and however much is folded. */
export function serviceColours({ spans }: Transaction, theme: Theme): ServiceColours {
  const busy = new Map<string, number>();
  for (const { service, duration } of spans) busy.set(service, (busy.get(service) ?? 0) + (duration ?? 0));
  const services = [...busy].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).map(([service]) => service);
  const ranks = new Map(services.map((service, rank) => [service, rank]));
  return { services, of: (service) => SERVICES[theme.name][ranks.get(service) ?? COLOURS] ?? OTHERS[theme.name] };
}

/** `share` of the second colour in the first; both `#RRGGBB`. */
export function mixed(first: string, second: string, share: number): string {
  const channels = channelsOf(second);
  const mix = channelsOf(first).map((value, i) => Math.round(value * (1 - share) + (channels[i] ?? 0) * share));
  return `#${mix.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

const channelsOf = (colour: string): readonly number[] => [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));

const DARK_INK = '#101828';
const WHITE = '#FFFFFF';
/** Small text needs 4.5:1 (WCAG 2.2, 1.4.3); white on sky, mauve and amber has 3.2:1. */
const ENOUGH_CONTRAST = 4;

/** What can be read on that colour. */
export const inkOn = (colour: string): string => (contrast(colour, WHITE) >= ENOUGH_CONTRAST ? WHITE : DARK_INK);

/** https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
export function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
}

/** https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance(colour: string): number {
  const [red, green, blue] = channelsOf(colour).map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0);
}
