// Traffic, errors, latency, connections: live.
import { chart } from '../charts.js';
import { fill, h, setText } from '../dom.js';
import * as format from '../format.js';
import { live, watch } from '../live.js';
import { faults, faultsOf, totalOf, wordOf } from '../outcomes.js';
import { badge, card, choice, empty, loading, segments, setChoices, setFacts } from '../parts.js';
import { table } from '../table.js';

const ranges = [[60, '1 min'], [300, '5 min'], [900, '15 min'], [1800, '30 min']];
const formatX = (x, long) => format.clock(new Date(x * 1000), long || true);
const rate = value => `${value >= 100 || Number.isInteger(value) ? format.short(value) : format.decimal(value, value < 1 ? 2 : 1)}/s`;

export function mount(box, { query }) {
  let range = 300;
  let chosen = query.get('provider') ?? '';

  const select = choice('Provider', [['', 'All providers']], '', value => {
    chosen = value;
    draw();
  });
  const banner = h('div', { class: 'banner bad', role: 'alert', hidden: true });
  const figures = figureRow(['Requests', 'Errors', 'Latency', 'Time to first chunk', 'Under way', 'Spent']);
  const charts = {
    traffic: chart({ title: 'Traffic', note: 'Requests per second', format: rate, formatX, className: 'w6' }),
    errors: chart({ title: 'Errors', note: 'Calls that the provider or the way to it failed', format: rate, formatX, className: 'w6' }),
    latency: chart({ title: 'Latency', note: 'Calls that ended in the last 10 seconds', format: format.ms, formatX, className: 'w6' }),
    firstChunk: chart({ title: 'Time to first chunk', note: 'Calls that ended in the last 10 seconds', format: format.ms, formatX, className: 'w6' }),
    connections: chart({ title: 'Connections', note: 'Open to providers', format: format.short, whole: true, formatX, className: 'w6' }),
    tokens: chart({ title: 'Tokens', note: 'In and out, per second', format: rate, formatX, className: 'w6' }),
  };
  const providers = providerTable();
  const keys = keyTable();
  const process = h('dl', { class: 'facts' });
  const waiting = h('div', { class: 'card' }, loading(6));
  const content = h('div', { class: 'grid', hidden: true },
    Object.values(charts).map(item => item.element),
    card('Connections and reuse', { className: 'w12', body: providers.element }),
    card('Busiest keys', { className: 'w8', note: 'Since the start of this instance', body: keys.element, tools: h('a', { href: '#/keys' }, 'All keys') }),
    card('This instance', { className: 'w4', body: h('div', { class: 'card-body' }, process) }));

  fill(box,
    h('div', { class: 'page-head' }, h('div', { class: 'titles' }, h('h1', null, 'Overview')),
      h('div', { class: 'tools' }, select, segments('Time range', ranges, range, value => { range = value; draw(); }))),
    banner, figures.element, waiting, content);

  function draw() {
    const frame = live.frame;
    content.hidden = !frame;
    waiting.hidden = Boolean(frame);
    if (!frame) {
      if (live.state === 'waiting') {
        fill(waiting, empty('No live data', `It comes back by itself: ${live.reason}.`));
      }

      return;
    }

    setChoices(select, [['', 'All providers'], ...frame.providers.map(provider => [provider.name, provider.name])], chosen);
    chosen = select.value;
    const shown = frame.providers.filter(provider => !chosen || provider.name === chosen);
    const now = Date.parse(frame.at) / 1000;
    const points = live.history.filter(point => point.t > now - range - 2);
    drawFigures(figures, shown, points.slice(-10));
    drawCharts(charts, points, shown.map(provider => provider.name), windowOf(range, now));
    providers.set(shown);
    keys.set(frame.keys);
    drawProcess(process, frame);
    const isStale = live.state === 'waiting';
    banner.hidden = frame.store.available && !isStale;
    banner.className = `banner ${isStale ? 'warn' : 'bad'}`;
    setText(banner, isStale
      ? `Not connected: what stands here is of ${format.clock(new Date(frame.at))}. ${live.reason}`
      : `The ${frame.store.kind} store does not answer: limits, keys and usage run on what this instance knows.`);
  }

  const end = watch(draw);
  draw();
  return () => {
    end();
    Object.values(charts).forEach(item => item.destroy());
  };
}

/** What has not been watched yet is not drawn: a minute at least, then as far back as there is something. */
export const windowOf = (range, now) => [Math.max(now - range, Math.min(live.history[0]?.t ?? now, now - 60)), now];

function figureRow(names) {
  const cells = {};
  const element = h('dl', { class: 'figures' }, names.map(name => {
    const value = h('dd', null, format.none);
    const more = h('dd', { class: 'more' });
    const cell = h('div', { class: 'figure' }, h('dt', null, name), value, more);
    cells[name] = { set: (text, below = '', bad = false) => { setText(value, text); setText(more, below); cell.classList.toggle('bad', bad); } };
    return cell;
  }));
  return { element, cells };
}

function drawFigures({ cells }, providers, recent) {
  const sum = pick => providers.reduce((total, provider) => total + (pick(provider) ?? 0), 0);
  const worst = pick => providers.reduce((most, provider) => Math.max(most, pick(provider) ?? 0), 0) || null;
  const names = providers.map(provider => provider.name);
  const inRecent = pick => recent.reduce((total, point) => total + names.reduce((all, name) => all + (point.providers[name] ? pick(point.providers[name]) ?? 0 : 0), 0), 0);
  const all = sum(provider => totalOf(provider.requests_total));
  const ended = inRecent(provider => totalOf(provider.outcomes));
  const failed = inRecent(provider => faultsOf(provider.outcomes));
  const share = ended > 0 ? failed / ended : null;

  cells.Requests.set(rate(recent.length ? inRecent(provider => provider.requests) / recent.length : 0), `${format.short(all)} since start`);
  cells.Errors.set(share === null ? '0.0 %' : format.percent(share), `${format.count(sum(provider => faultsOf(provider.requests_total)))} since start`, share > 0.05);
  cells.Latency.set(format.ms(worst(provider => provider.latency_ms?.p50)), `p99 ${format.ms(worst(provider => provider.latency_ms?.p99))}`);
  cells['Time to first chunk'].set(format.ms(worst(provider => provider.time_to_first_chunk_ms?.p50)), `p99 ${format.ms(worst(provider => provider.time_to_first_chunk_ms?.p99))}`);
  cells['Under way'].set(format.count(sum(provider => provider.active_calls)), `${format.count(sum(provider => provider.waiting_calls))} waiting`);
  cells.Spent.set(format.usd(sum(provider => provider.cost_usd)), `${format.short(sum(provider => provider.input_tokens + provider.output_tokens))} tokens`);
}

function drawCharts(charts, points, names, window) {
  const xs = points.map(point => point.t);
  const of = pick => names.map(name => points.map(point => point.providers[name] ? pick(point.providers[name]) ?? null : null));
  const more = { window };
  charts.traffic.set(names, [xs, ...of(provider => provider.requests)], more);
  charts.connections.set(names, [xs, ...of(provider => provider.open + provider.idle)], more);
  charts.tokens.set(names, [xs, ...of(provider => provider.tokens)], more);

  const summed = faults.map(outcome => points.map(point => names.reduce((total, name) => {
    const value = point.providers[name]?.outcomes[outcome];
    return value === null || value === undefined ? total : (total ?? 0) + value;
  }, null)));
  charts.errors.set(faults.map(wordOf), [xs, ...summed], more);

  // One provider: the middle and the tail. Several: the middle of each.
  const both = (item, pick) => names.length === 1
    ? item.set(['p50', 'p99'], [xs, ...of(provider => pick(provider)?.p50), ...of(provider => pick(provider)?.p99)], { ...more, empty: 'No calls ended in this time' })
    : item.set(names, [xs, ...of(provider => pick(provider)?.p50)], { ...more, empty: 'No calls ended in this time' });
  both(charts.latency, provider => provider.latency);
  both(charts.firstChunk, provider => provider.firstChunk);
}

function providerTable() {
  return table({
    label: 'Connections and reuse',
    id: row => row.name,
    sort: 'name',
    columns: [
      { key: 'name', label: 'Provider', head: true, value: row => row.name, cell: row => h('a', { href: `#/providers/${encodeURIComponent(row.name)}` }, row.name) },
      { key: 'circuit', label: 'Circuit', value: row => worstCircuit(row), cell: row => circuitBadge(worstCircuit(row)) },
      { key: 'active', label: 'Under way', num: true, value: row => row.active_calls, cell: row => format.count(row.active_calls) },
      { key: 'waiting', label: 'Waiting', num: true, value: row => row.waiting_calls, cell: row => format.count(row.waiting_calls) },
      { key: 'wait', label: 'Wait p99', num: true, value: row => row.wait_ms?.p99, cell: row => format.ms(row.wait_ms?.p99) },
      { key: 'open', label: 'In use', num: true, value: row => row.connections.active, cell: row => format.count(row.connections.active) },
      { key: 'idle', label: 'Idle', num: true, value: row => row.connections.idle, cell: row => format.count(row.connections.idle) },
      { key: 'made', label: 'Made', num: true, value: row => row.connections.made_total, cell: row => format.count(row.connections.made_total) },
      { key: 'reuse', label: 'Requests/connection', num: true, value: row => row.connections.requests_per_connection, cell: row => format.decimal(row.connections.requests_per_connection) },
    ],
  });
}

function keyTable() {
  return table({
    label: 'Busiest keys',
    id: row => row.name,
    sort: 'requests',
    descending: true,
    empty: h('p', { class: 'muted' }, 'No key has been used since the start.'),
    columns: [
      { key: 'name', label: 'Key', head: true, value: row => row.name, cell: row => h('a', { href: `#/usage?key=${encodeURIComponent(row.name)}` }, row.name) },
      { key: 'requests', label: 'Requests', num: true, value: row => row.requests_total, cell: row => format.count(row.requests_total) },
      { key: 'in', label: 'Tokens in', num: true, value: row => row.input_tokens, cell: row => format.short(row.input_tokens) },
      { key: 'out', label: 'Tokens out', num: true, value: row => row.output_tokens, cell: row => format.short(row.output_tokens) },
      { key: 'cost', label: 'Cost', num: true, value: row => row.cost_usd, cell: row => format.usd(row.cost_usd) },
    ],
  });
}

function drawProcess(list, frame) {
  const { process } = frame;
  setFacts(list, [
    ['Name', frame.instance], ['Version', frame.version], ['Up', format.span(frame.uptime_seconds)], ['CPU', `${format.decimal(process.cpu_percent)} %`],
    ['Memory', `${format.bytes(process.working_set_bytes)} (heap ${format.bytes(process.heap_bytes)})`], ['Threads', format.count(process.threads)],
    ['Store', h('span', { class: 'inline' }, frame.store.kind, badge(frame.store.available ? 'available' : 'gone', frame.store.available ? 'ok' : 'bad'))],
    ['Runs of /ultra', format.count(frame.ultra.active_runs)],
  ]);
}

const rank = ['closed', 'half_open', 'open'];

export const worstCircuit = provider => provider.destinations.reduce((worst, one) => rank.indexOf(one.circuit) > rank.indexOf(worst) ? one.circuit : worst, 'closed');

export const circuitBadge = circuit => badge({ closed: 'closed', half_open: 'half open', open: 'open' }[circuit] ?? circuit, { closed: 'ok', half_open: 'warn', open: 'bad' }[circuit] ?? '');
