import type { Page } from './page.ts';
import type { Row } from './rows.ts';

/** Where one row lies. */
export type Lane = { readonly index: number; readonly row: Row; readonly middle: number };

export const laneMiddle = ({ rowHeight }: Page, top: number, index: number): number => top + (index + 0.5) * rowHeight;
