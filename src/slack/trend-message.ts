import type { TrendScene } from '../map/trend/trend.ts';
import { trendAltText } from '../map/trend/trend-drawn.ts';
import { prose } from './mrkdwn.ts';

/** The words beside a trend; below 1,000 characters. */
export const trendMessage = (trend: TrendScene): string => prose(trendAltText(trend), 800);

/** A file's title is no mrkdwn. */
export const trendTitle = ({ operation }: TrendScene): string => `${operation}: p50 to p95 in the 24 hours before`;
