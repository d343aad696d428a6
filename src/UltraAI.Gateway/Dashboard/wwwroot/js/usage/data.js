// Asks for usage and adds it up. The gateway groups; what it can't filter is filtered here.
import { get } from '../api.js';

export const dimensions = [['key', 'Key'], ['provider', 'Provider'], ['model', 'Model']];

export const measures = [
  ['cost_usd', 'Cost'], ['requests', 'Requests'], ['input_tokens', 'Tokens in'], ['output_tokens', 'Tokens out'],
];

export const sums = ['requests', 'input_tokens', 'cached_input_tokens', 'cache_write_tokens', 'output_tokens', 'cost_usd', 'estimated_requests'];

/** @returns rows by the given dimensions, of those that pass the filters */
export async function readUsage({ from, to }, by, filters, signal) {
  const asked = [...new Set([...by, ...Object.keys(filters).filter(name => filters[name])])];
  const { rows } = await get(`/admin/usage?from=${from}&to=${to}&by=${asked.join(',')}`, signal);
  return group(rows.filter(row => dimensions.every(([name]) => !filters[name] || row[name] === filters[name])), by);
}

/** @param {string[]} by */
export function group(rows, by) {
  const groups = new Map();
  for (const row of rows) {
    const id = JSON.stringify(by.map(name => row[name]));
    let sum = groups.get(id);
    if (!sum) {
      sum = Object.fromEntries([...by.map(name => [name, row[name]]), ...sums.map(name => [name, 0])]);
      groups.set(id, sum);
    }

    for (const name of sums) {
      sum[name] += row[name];
    }
  }

  return [...groups.values()];
}

export const total = rows => group(rows, [])[0] ?? Object.fromEntries(sums.map(name => [name, 0]));

/** Every day from the first to the last, whether or not anything was used. */
export function daysOf({ from, to }) {
  const days = [];
  for (let time = Date.parse(`${from}T00:00:00Z`); time <= Date.parse(`${to}T00:00:00Z`); time += 86400e3) {
    days.push(new Date(time).toISOString().slice(0, 10));
  }

  return days;
}

/**
 * The series of a stacked chart: the largest by themselves, the rest together.
 * @returns {{labels: string[], data: number[][]}}
 */
export function seriesOf(rows, days, dimension, measure, most = 7) {
  const names = group(rows, [dimension]).sort((a, b) => b[measure] - a[measure]).map(row => row[dimension]);
  const own = names.length > most + 1 ? names.slice(0, most) : names;
  const places = new Map(own.map((name, i) => [name, i]));
  const labels = own.length < names.length ? [...own, `${names.length - own.length} others`] : own;
  const at = new Map(days.map((day, i) => [day, i]));
  const data = labels.map(() => days.map(() => 0));
  for (const row of rows) {
    const day = at.get(row.day);
    if (day !== undefined) {
      data[places.get(row[dimension]) ?? labels.length - 1][day] += row[measure];
    }
  }

  return { labels, data };
}
