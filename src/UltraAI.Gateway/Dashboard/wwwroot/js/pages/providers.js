// What each provider is like at the moment, and one of them in full.
import { get } from '../api.js';
import { chart } from '../charts.js';
import { fill, h, setText } from '../dom.js';
import * as format from '../format.js';
import { live, watch } from '../live.js';
import { outcomes, totalOf, wordOf } from '../outcomes.js';
import { badge, card, empty, failed, loading, setFacts } from '../parts.js';
import { table } from '../table.js';
import { circuitBadge, windowOf } from './overview.js';

const every = 5000;

export function mount(box, { rest: [name] }) {
  const view = name ? detail(box, name) : list(box);
  const old = h('div', { class: 'banner warn', role: 'alert', hidden: true });
  box.querySelector('.page-head').after(old);
  let timer = 0;
  let abort = null;
  let readAt = null;

  async function load() {
    clearTimeout(timer);
    abort?.abort();
    abort = new AbortController();
    const { signal } = abort;
    try {
      const { providers } = await get('/health/providers', signal);
      if (signal.aborted) {
        return;
      }

      view.set(providers);
      readAt = new Date();
      old.hidden = true;
    } catch (error) {
      if (signal.aborted || error.ended) {
        return;
      }

      if (readAt) {
        setText(old, `Not current: what stands here is of ${format.clock(readAt)}. ${error.message}`);
        old.hidden = false;
      } else {
        view.fail(error, load);
      }
    }

    timer = setTimeout(load, every);
  }

  load();
  return () => {
    abort.abort();
    clearTimeout(timer);
    view.end?.();
  };
}

const link = row => h('a', { href: `#/providers/${encodeURIComponent(row.name)}` }, row.name);
const stateBadge = state => badge(state, { ready: 'ok', resting: 'warn', rejected: 'bad' }[state] ?? '');
const problems = row => row.credentials.filter(one => one.state !== 'ready').length + row.destinations.filter(one => one.circuit !== 'closed').length;

/** Outcomes as a bar of shares, and in words. */
function shares(counts) {
  const all = totalOf(counts);
  if (all === 0) {
    return h('span', { class: 'muted' }, 'none');
  }

  const kinds = { ok: 's1', client_error: 's5', provider_error: 's6', timeout: 's2', unreachable: 's3', cut: 's4' };
  const bar = h('span', { class: 'meter split', 'aria-hidden': 'true' });
  const words = [];
  for (const [name, word] of outcomes) {
    const value = counts[name] ?? 0;
    if (value > 0) {
      const part = h('i', { class: kinds[name] ?? 's7' });
      part.style.width = `${value / all * 100}%`;
      bar.append(part);
      words.push(`${format.short(value)} ${word.toLowerCase()}`);
    }
  }

  return h('div', { class: 'stack' }, bar, h('span', { class: 'small muted' }, words.join(', ')));
}

function list(box) {
  const rows = table({
    label: 'Providers',
    id: row => row.name,
    sort: 'name',
    columns: [
      { key: 'name', label: 'Provider', head: true, value: row => row.name, cell: row => h('div', { class: 'stack' }, link(row), h('span', { class: 'muted small' }, row.kind)) },
      {
        key: 'destinations', label: 'Destinations', value: row => row.destinations.filter(one => one.circuit !== 'closed').length,
        cell: row => h('div', { class: 'stack' }, row.destinations.map(one => h('span', { class: 'inline' }, circuitBadge(one.circuit), h('span', { class: 'small mono truncate host' }, one.name.replace(/^https?:\/\//, ''))))),
      },
      {
        key: 'credentials', label: 'Credentials', value: row => row.credentials.filter(one => one.state !== 'ready').length,
        cell: row => row.credentials.length === 0 ? h('span', { class: 'muted' }, 'none is sent')
          : h('div', { class: 'stack' }, row.credentials.map(one => h('span', { class: 'inline' }, stateBadge(one.state), h('span', { class: 'small' }, one.name)))),
      },
      { key: 'active', label: 'Under way', num: true, value: row => row.active_calls, cell: row => format.count(row.active_calls) },
      { key: 'waiting', label: 'Waiting', num: true, value: row => row.waiting_calls, cell: row => h('div', { class: 'stack' }, format.count(row.waiting_calls), h('span', { class: 'muted small' }, `p99 ${format.ms(row.wait_ms?.p99)}`)) },
      { key: 'latency', label: 'Latency', num: true, value: row => row.last_minute?.latency_ms?.p50, cell: row => h('div', { class: 'stack' }, format.ms(row.last_minute?.latency_ms?.p50), h('span', { class: 'muted small' }, `p99 ${format.ms(row.last_minute?.latency_ms?.p99)}`)) },
      { key: 'outcomes', label: 'Last minute', value: row => totalOf(row.last_minute?.requests), cell: row => h('div', { class: 'shares' }, shares(row.last_minute?.requests)) },
    ],
  });
  const note = h('p', null, 'Loading');
  const body = h('div', { class: 'card' }, loading(6));
  fill(box, h('div', { class: 'page-head' }, h('div', { class: 'titles' }, h('h1', null, 'Providers'), note)), body);
  return {
    set(providers) {
      const bad = providers.reduce((sum, provider) => sum + problems(provider), 0);
      note.textContent = `${providers.length} configured. ${bad === 0 ? 'All circuits closed, all credentials ready.' : `${bad} ${bad === 1 ? 'thing needs' : 'things need'} a look.`}`;
      if (providers.length === 0) {
        fill(body, empty('No providers', 'Gateway:Providers of the configuration names them.'));
        return;
      }

      if (rows.element.parentElement !== body) {
        fill(body, rows.element);
      }

      rows.set(providers);
    },
    fail: (error, again) => fill(body, failed(error, again)),
  };
}

function detail(box, name) {
  const formatX = x => format.clock(new Date(x * 1000));
  const latency = chart({ title: 'Latency', note: 'Calls that ended in the last 10 seconds', format: format.ms, formatX, className: 'w6' });
  const traffic = chart({ title: 'Traffic', note: 'Requests per second', format: format.short, whole: true, formatX, className: 'w6' });
  const kind = h('p', null, '');
  const facts = h('dl', { class: 'facts' });
  const counts = table({
    label: 'Outcomes',
    id: (row, at) => at,
    columns: [
      { key: 'outcome', label: 'Outcome', head: true, sortable: false, value: row => row.word },
      { key: 'minute', label: 'Last minute', num: true, sortable: false, value: row => row.minute, cell: row => format.count(row.minute) },
      { key: 'total', label: 'Since start', num: true, sortable: false, value: row => row.total, cell: row => format.count(row.total) },
    ],
  });
  const destinations = table({
    label: 'Destinations',
    id: (row, at) => at,
    columns: [
      { key: 'name', label: 'Destination', head: true, sortable: false, value: row => row.name, cell: row => h('span', { class: 'mono' }, row.name) },
      { key: 'circuit', label: 'Circuit', sortable: false, value: row => row.circuit, cell: row => circuitBadge(row.circuit) },
      { key: 'active', label: 'Under way', num: true, sortable: false, value: row => row.active_calls, cell: row => format.count(row.active_calls) },
    ],
  });
  const credentials = table({
    label: 'Credentials',
    id: (row, at) => at,
    empty: h('p', { class: 'muted' }, 'None is sent to this provider.'),
    columns: [
      { key: 'name', label: 'Credential', head: true, sortable: false, value: row => row.name },
      { key: 'state', label: 'State', sortable: false, value: row => row.state, cell: row => stateBadge(row.state) },
      { key: 'until', label: 'Until', sortable: false, value: row => row.until, cell: row => row.until ? `${format.moment(row.until)} (${format.span((Date.parse(row.until) - Date.now()) / 1000)})` : format.none },
      { key: 'models', label: 'Resting for', sortable: false, value: row => row.models?.join(', '), cell: row => row.models?.length ? row.models.join(', ') : row.state === 'resting' ? 'all models' : format.none },
    ],
  });
  const body = h('div', null, h('div', { class: 'card' }, loading(6)));
  const grid = h('div', { class: 'grid' },
    traffic.element, latency.element,
    card('Destinations', { className: 'w6', body: destinations.element }), card('Credentials', { className: 'w6', body: credentials.element }),
    card('Outcomes', { className: 'w6', body: counts.element }), card('Calls and connections', { className: 'w6', body: h('div', { class: 'card-body' }, facts) }));
  fill(box, h('div', { class: 'page-head' }, h('div', { class: 'titles' }, h('h1', null, name), kind),
    h('div', { class: 'tools' },
      h('a', { class: 'button', href: '#/providers' }, 'All providers'),
      h('a', { class: 'button', href: `#/usage?provider=${encodeURIComponent(name)}` }, 'Usage'))), body);

  function draw() {
    const now = live.frame ? Date.parse(live.frame.at) / 1000 : 0;
    const points = live.history.filter(point => point.providers[name] && point.t > now - 302);
    const xs = points.map(point => point.t);
    const of = pick => points.map(point => pick(point.providers[name]) ?? null);
    const more = { window: windowOf(300, now) };
    latency.set(['p50', 'p99', 'first chunk p50'], [xs, of(one => one.latency?.p50), of(one => one.latency?.p99), of(one => one.firstChunk?.p50)], { ...more, empty: 'No calls ended in the last 5 minutes' });
    traffic.set(['requests'], [xs, of(one => one.requests)], more);
  }

  const end = watch(draw);
  return {
    set(providers) {
      const one = providers.find(provider => provider.name === name);
      if (!one) {
        fill(body, h('div', { class: 'card' }, empty('No such provider', 'The configuration does not name it any more.', h('a', { class: 'button', href: '#/providers' }, 'All providers'))));
        return;
      }

      if (grid.parentElement !== body) {
        fill(body, grid);
      }

      kind.textContent = `Dialect ${one.kind}`;
      counts.set(outcomes.map(([key]) => ({ word: wordOf(key), minute: one.last_minute?.requests?.[key] ?? 0, total: one.since_start?.[key] ?? 0 })));
      destinations.set(one.destinations);
      credentials.set(one.credentials);
      setFacts(facts, [
        ['Calls under way', format.count(one.active_calls)],
        ['Waiting for a place', format.count(one.waiting_calls)],
        ['Wait, last minute', `p50 ${format.ms(one.last_minute?.wait_ms?.p50)}, p99 ${format.ms(one.last_minute?.wait_ms?.p99)}`],
        ['Latency, last minute', `p50 ${format.ms(one.last_minute?.latency_ms?.p50)}, p99 ${format.ms(one.last_minute?.latency_ms?.p99)}`],
        ['Connections', `${format.count(one.connections.active)} in use, ${format.count(one.connections.idle)} idle`],
        ['Connections made', format.count(one.connections.made_total)],
        ['Requests per connection', format.decimal(one.connections.requests_per_connection)],
        ['Cost since start', format.usd(one.cost_usd)],
        ['Tokens since start', `${format.short(one.input_tokens)} in, ${format.short(one.output_tokens)} out`],
      ]);
      draw();
    },
    fail: (error, again) => fill(body, h('div', { class: 'card' }, failed(error, again))),
    end() {
      end();
      latency.destroy();
      traffic.destroy();
    },
  };
}
