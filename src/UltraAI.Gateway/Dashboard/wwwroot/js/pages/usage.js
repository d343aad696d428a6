// Requests, tokens and money, by key, provider, model and UTC day.
import { chart } from '../charts.js';
import { download, toCsv } from '../csv.js';
import { openDialog, toast } from '../dialog.js';
import { fill, h, setText } from '../dom.js';
import * as format from '../format.js';
import { icon } from '../icons.js';
import { card, choice, empty, failed, loading, meter, segments, setChoices } from '../parts.js';
import { table } from '../table.js';
import { daysOf, dimensions, group, measures, readUsage, seriesOf, sums, total } from '../usage/data.js';

const spans = [[7, '7 days'], [30, '30 days'], [90, '90 days'], [0, 'Custom']];
const mostDays = 366;
const formatOf = measure => measure === 'cost_usd' ? format.usd : format.short;

export function mount(box, { query }) {
  const state = { ...lastDays(30), by: 'key', measure: 'cost_usd', filters: { key: query.get('key') ?? '', provider: query.get('provider') ?? '', model: query.get('model') ?? '' } };
  let abort = null;
  let days = [];
  let rows = [];
  let sum = total(rows);

  // Tools
  const from = h('input', { class: 'input', type: 'date', 'aria-label': 'From', value: state.from, onchange: pickDates });
  const to = h('input', { class: 'input', type: 'date', 'aria-label': 'To', value: state.to, onchange: pickDates });
  const dates = h('span', { class: 'inline', hidden: true }, from, h('span', { class: 'muted' }, 'to'), to);
  const selects = Object.fromEntries(dimensions.map(([name, word]) => [name, choice(word, [['', `All ${word.toLowerCase()}s`]], '', value => { state.filters[name] = value; load(); })]));

  const figures = h('dl', { class: 'figures' });
  const view = chart({
    title: 'By day', note: 'UTC. A click on a day shows what is behind it.', kind: 'bars', tall: true, className: 'w12',
    format: value => formatOf(state.measure)(value), formatX: x => days[x] === undefined ? '' : format.dayLabel(days[x]),
    pick: x => days[x] && showDay(days[x]),
    tools: segments('Measure', measures, state.measure, value => { state.measure = value; draw(); list.sortBy(value); }),
  });

  // One table for whatever is grouped by: it keeps its order and the focus.
  const dimension = h('span');
  const list = usageTable({
    label: 'Usage',
    by: [{ key: 'name', label: dimension, value: row => row[state.by] }],
    id: row => `${state.by} ${row[state.by]}`,
    all: () => sum,
    measure: state.measure,
    pick: row => { state.filters[state.by] = row[state.by]; load(); },
  });
  const listCard = card('By key', {
    className: 'w12',
    tools: [
      segments('Grouped by', dimensions, state.by, value => { state.by = value; load(); }),
      h('button', { type: 'button', class: 'button', onclick: exportAll }, icon('download'), 'CSV'),
    ],
    body: list.element,
  });
  const listTitle = listCard.querySelector('h2');
  const message = h('div', { class: 'card' }, loading(6));
  const content = h('div', { class: 'grid', hidden: true }, view.element, listCard);

  fill(box,
    h('div', { class: 'page-head' }, h('div', { class: 'titles' }, h('h1', null, 'Usage and cost')),
      h('div', { class: 'tools' }, dates, segments('Time range', spans, 30, pickSpan))),
    h('div', { class: 'tools filters' }, Object.values(selects)),
    figures, message, content);
  load();

  function pickSpan(length) {
    dates.hidden = length !== 0;
    if (length !== 0) {
      Object.assign(state, lastDays(length));
      from.value = state.from;
      to.value = state.to;
      load();
    }
  }

  function pickDates() {
    if (!from.value || !to.value) {
      return;
    }

    const length = (Date.parse(to.value) - Date.parse(from.value)) / 86400e3 + 1;
    if (length < 1 || length > mostDays) {
      content.hidden = true;
      message.hidden = false;
      fill(message, empty('Choose other days', `The first has to come before the last, and a report has at most ${mostDays} days.`));
      return;
    }

    Object.assign(state, { from: from.value, to: to.value });
    load();
  }

  async function load() {
    abort?.abort();
    abort = new AbortController();
    const { signal } = abort;
    try {
      // Choices are those of the whole span, so that a filter can be changed for another one.
      const [read, ...all] = await Promise.all([
        readUsage(state, ['day', state.by], state.filters, signal),
        ...dimensions.map(([name]) => readUsage(state, [name], {}, signal)),
      ]);
      rows = read;
      dimensions.forEach(([name, word], i) => {
        const names = all[i].map(row => row[name]);
        const chosen = state.filters[name];
        setChoices(selects[name], [['', `All ${word.toLowerCase()}s`], ...[...new Set(chosen ? [...names, chosen] : names)].sort().map(value => [value, value])], chosen);
      });
      draw();
    } catch (error) {
      if (!signal.aborted && !error.ended) {
        content.hidden = true;
        message.hidden = false;
        fill(message, failed({ message: error.faults?.map(fault => `${fault.parameter}: ${fault.detail}`).join(' ') || error.message }, load));
      }
    }
  }

  function draw() {
    sum = total(rows);
    fill(figures, [
      ['Cost', format.usd(sum.cost_usd), `${format.usd(sum.cost_usd / daysOf(state).length)} a day`],
      ['Requests', format.short(sum.requests), sum.requests ? `${format.usd(sum.cost_usd / sum.requests)} each` : ''],
      ['Tokens in', format.short(sum.input_tokens), sum.input_tokens ? `${format.percent(sum.cached_input_tokens / sum.input_tokens, 0)} from a cache` : ''],
      ['Tokens out', format.short(sum.output_tokens), sum.requests ? `${format.short(Math.round(sum.output_tokens / sum.requests))} a request` : ''],
      ['Estimated', sum.requests ? format.percent(sum.estimated_requests / sum.requests) : format.none, `${format.count(sum.estimated_requests)} requests`],
    ].map(([name, value, more]) => h('div', { class: 'figure' }, h('dt', null, name), h('dd', null, value), h('dd', { class: 'more' }, more))));
    const isEmpty = rows.length === 0;
    message.hidden = !isEmpty;
    content.hidden = isEmpty;
    if (isEmpty) {
      fill(message, empty('Nothing was used', 'No call in this time matches the filters.'));
      return;
    }

    days = daysOf(state);
    const { labels, data } = seriesOf(rows, days, state.by, state.measure);
    view.set(labels, [days.map((_, i) => i), ...data]);
    drawList();
  }

  function drawList() {
    const [, word] = dimensions.find(([name]) => name === state.by);
    setText(dimension, word);
    setText(listTitle, `By ${word.toLowerCase()}`);
    list.set(group(rows, [state.by]));
  }

  /** All that there is of this time and these filters, with every dimension. */
  async function exportAll() {
    const by = ['day', ...dimensions.map(([name]) => name)];
    try {
      const all = await readUsage(state, by, state.filters);
      download(`usage-${state.from}-${state.to}.csv`, toCsv([...by, ...sums].map(name => ({ label: name, value: row => row[name] })), all));
    } catch (error) {
      error.ended || toast(`There is no file: ${error.message}`);
    }
  }

  async function showDay(day) {
    const body = h('div', null, loading(5));
    const by = dimensions.map(([name]) => name);
    let read = [];
    openDialog({
      title: format.dayLabel(day),
      note: `${day}, UTC, by key, provider and model`,
      kind: 'drawer wide',
      flush: true,
      body,
      foot: h('button', { type: 'button', class: 'button', onclick: () => download(`usage-${day}.csv`, toCsv([...by, ...sums].map(name => ({ label: name, value: row => row[name] })), read)) }, icon('download'), 'CSV'),
    });
    try {
      read = await readUsage({ from: day, to: day }, by, state.filters);
      const all = total(read);
      const shown = usageTable({ label: 'Usage of the day', by: dimensions.map(([key, label]) => ({ key, label, value: row => row[key] })), all: () => all, measure: state.measure });
      shown.set(read);
      fill(body, read.length ? shown.element : empty('Nothing was used', 'No call on this day matches the filters.'));
    } catch (error) {
      fill(body, failed(error));
    }
  }

  return () => {
    abort?.abort();
    view.destroy();
  };
}

/** @param {{by: Column[], all: () => object}} options  what the rows are of, and the sums over all of them */
function usageTable({ label, by, id, all, measure, pick }) {
  const share = row => all().cost_usd ? row.cost_usd / all().cost_usd : null;
  return table({
    label,
    id,
    sort: measure,
    descending: true,
    columns: [
      ...by.map((column, i) => ({
        ...column, head: i === 0,
        cell: row => pick ? h('button', { type: 'button', class: 'link', title: 'Only this one', onclick: () => pick(row) }, column.value(row)) : column.value(row),
      })),
      ...measures.map(([name, text]) => ({ key: name, label: text, num: true, value: row => row[name], cell: row => formatOf(name)(row[name]) })),
      ...(pick ? [{ key: 'share', label: 'Share of cost', value: row => row.cost_usd, cell: row => h('div', { class: 'share' }, meter(share(row) ?? 0), h('span', { class: 'small muted' }, format.percent(share(row), 0))) }] : []),
    ],
    foot: () => [
      h('th', { scope: 'row', colspan: by.length }, 'Total'),
      ...measures.map(([name]) => h('td', { class: 'num' }, formatOf(name)(all()[name]))),
      pick && h('td'),
    ],
  });
}

function lastDays(length) {
  const today = Date.now();
  return { from: format.day(new Date(today - (length - 1) * 86400e3)), to: format.day(new Date(today)) };
}
