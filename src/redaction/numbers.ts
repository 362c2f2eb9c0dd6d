import type { Finding } from './finding.ts';

/** Digits of one number, in groups or not, with nothing before and after it that would make it a part of something longer. */
const DIGITS = /(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w-]|\.\d)/g;
/** As it is printed: in fours (Visa, Mastercard …), 4-6-5 (American Express), 4-6-4 (Diners). Other groups are other numbers. */
const GROUPS = /^(?:\d{4}[ -]?\d{4}[ -]?\d{4}[ -]?\d{1,7}|\d{4}[ -]?\d{6}[ -]?\d{4,5})$/;
/** Issuers' ranges, by length. https://en.wikipedia.org/wiki/Payment_card_number#Issuer_identification_number_(IIN) */
const CARD =
  /^(?:4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2(?:2[2-9]|[3-6]\d|7[01])\d{13}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|6(?:011|5\d\d|4[4-9]\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}|62\d{14,17})$/;

/** Payment cards: an issuer's range, its length, and the check digit. */
export function cards(text: string): readonly Finding[] {
  const found: Finding[] = [];
  for (const { 0: written, index } of text.matchAll(DIGITS)) {
    const digits = written.replace(/[ -]/g, '');
    if (GROUPS.test(written) && CARD.test(digits) && isLuhn(digits))
      found.push({ start: index, end: index + written.length, kind: 'card' });
  }
  return found;
}

/** ISO/IEC 7812-1. */
function isLuhn(digits: string): boolean {
  let sum = 0;
  for (let n = 0; n < digits.length; n += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - n) - 48;
    const doubled = n % 2 === 0 ? digit : digit * 2;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** Its country's letters, two check digits, and up to 30 more in groups of four. */
const WRITTEN_IBAN = /(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9])/g;
/** The lengths of the IBAN registry (release 99): `AD24 AE23 …`. https://www.swift.com/standards/data-standards/iban */
const LENGTHS = new Map(
  `AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18
  FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27
  MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23
  ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30`
    .split(/\s+/)
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

export function ibans(text: string): readonly Finding[] {
  const found: Finding[] = [];
  for (const { 0: written, index } of text.matchAll(WRITTEN_IBAN)) {
    const end = index + lengthOfIban(written);
    if (end > index) found.push({ start: index, end, kind: 'iban' });
  }
  return found;
}

/** How many characters of `written` the IBAN is, blanks counted: what follows may be a word. 0: it is none. */
function lengthOfIban(written: string): number {
  const letters = LENGTHS.get(written.slice(0, 2)) ?? 0;
  let end = 0;
  for (let count = 0; count < letters && end < written.length; end += 1) if (written[end] !== ' ') count += 1;
  const iban = written.slice(0, end).replaceAll(' ', '');
  return letters > 0 && iban.length === letters && remainder97(iban.slice(4) + iban.slice(0, 4)) === 1 ? end : 0;
}

/** ISO 7064 MOD 97-10, letters counting from A = 10. */
const remainder97 = (text: string): number =>
  [...text].reduce((rest, letter) => {
    const value = Number.parseInt(letter, 36);
    return (rest * (value > 9 ? 100 : 10) + value) % 97;
  }, 0);
