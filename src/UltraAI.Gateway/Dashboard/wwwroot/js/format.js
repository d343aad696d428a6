// How values are written. What is not known is a dash.
export const none = '–';

const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const isNumber = value => typeof value === 'number' && Number.isFinite(value);

/** 7.5, 950, 12.4K, 3.1M */
export const short = value => !isNumber(value) ? none : Math.abs(value) < 10 && !Number.isInteger(value) ? value.toFixed(1) : Math.abs(value) < 1000 ? whole.format(value) : compact.format(value);

/** 12,400 */
export const count = value => isNumber(value) ? whole.format(value) : none;

/** As many digits as the amount needs: $0.0412, $12.40, $12,400 */
export function usd(value) {
  if (!isNumber(value)) {
    return none;
  }

  const size = Math.abs(value);
  const digits = size === 0 || size >= 1 ? 2 : size >= 0.001 ? 4 : 6;
  return value.toLocaleString('en', { style: 'currency', currency: 'USD', minimumFractionDigits: size >= 10000 ? 0 : 2, maximumFractionDigits: size >= 10000 ? 0 : digits });
}

/** 8.4 ms, 640 ms, 1.92 s, 72 s */
export function ms(value) {
  if (!isNumber(value)) {
    return none;
  }

  return value >= 9950 ? `${(value / 1000).toFixed(1)} s` : value >= 1000 ? `${(value / 1000).toFixed(2)} s` : value >= 10 || value === 0 ? `${Math.round(value)} ms` : `${value.toFixed(1)} ms`;
}

export const percent = (value, digits = 1) => isNumber(value) ? `${(value * 100).toFixed(value > 0 && value < 0.001 ? 2 : digits)} %` : none;

export const decimal = (value, digits = 1) => isNumber(value) ? value.toFixed(digits) : none;

export function bytes(value) {
  if (!isNumber(value)) {
    return none;
  }

  const units = ['B', 'KB', 'MB', 'GB'];
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }

  return `${value >= 100 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** 42 s, 12 min, 3 h 20 min, 5 d 2 h */
export function span(seconds) {
  if (!isNumber(seconds)) {
    return none;
  }

  const s = Math.max(0, Math.round(seconds));
  return s < 60 ? `${s} s` : s < 3600 ? `${Math.floor(s / 60)} min` : s < 86400 ? `${Math.floor(s / 3600)} h ${Math.floor(s % 3600 / 60)} min` : `${Math.floor(s / 86400)} d ${Math.floor(s % 86400 / 3600)} h`;
}

const two = number => String(number).padStart(2, '0');

/** The local time of day. */
export const clock = (date, seconds = true) => `${two(date.getHours())}:${two(date.getMinutes())}${seconds ? `:${two(date.getSeconds())}` : ''}`;

/** 2026-11-30 14:05, local */
export const moment = text => {
  const date = new Date(text);
  return text && !Number.isNaN(+date) ? `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${clock(date, false)}` : none;
};

/** A UTC day. */
export const day = date => date.toISOString().slice(0, 10);

/** 30 Nov */
export const dayLabel = text => new Date(`${text}T00:00:00Z`).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
