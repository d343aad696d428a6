// Virtual keys: made, changed, rotated, revoked.
import { call, get } from '../api.js';
import { openDialog, toast } from '../dialog.js';
import { fill, h, setText } from '../dom.js';
import * as format from '../format.js';
import { icon } from '../icons.js';
import { openKeyForm } from '../keys/form.js';
import { showSecret } from '../keys/secret.js';
import { badge, empty, failed, loading, meter } from '../parts.js';
import { table } from '../table.js';

export function mount(box) {
  const abort = new AbortController();
  let keys = [];
  let search = '';

  const rows = table({
    label: 'Virtual keys',
    sort: 'name',
    empty: h('p', { class: 'muted' }, 'No key has that in its name.'),
    columns: [
      { key: 'name', label: 'Key', head: true, value: row => row.name, cell: nameCell },
      { key: 'scope', label: 'May use', value: row => scopeOf(row), cell: row => h('span', { class: 'small scope' }, scopeOf(row)) },
      { key: 'limits', label: 'Limits', value: row => limitsOf(row).length, cell: row => limitsOf(row).length ? h('div', { class: 'stack small' }, limitsOf(row).map(text => h('span', { class: 'nowrap' }, text))) : h('span', { class: 'muted small' }, 'none') },
      { key: 'budget', label: 'Budget', value: row => row.budget ? (row.budget.spent_usd ?? 0) / row.budget.usd : -1, cell: budgetCell },
      { key: 'requests', label: 'Requests', num: true, value: row => row.usage?.requests, cell: row => format.short(row.usage?.requests) },
      { key: 'cost', label: 'Cost', num: true, value: row => row.usage?.cost_usd, cell: row => h('a', { href: `#/usage?key=${encodeURIComponent(row.name)}` }, format.usd(row.usage?.cost_usd)) },
      { key: 'actions', label: '', name: 'Actions', sortable: false, num: true, value: () => null, cell: actions },
    ],
  });

  const note = h('p', null, 'Loading');
  const body = h('div', { class: 'card' }, loading(6));
  const find = h('input', { class: 'input', type: 'search', placeholder: 'Find a key', 'aria-label': 'Find a key', oninput: () => { search = find.value.trim().toLowerCase(); draw(); } });
  const create = h('button', { type: 'button', class: 'button primary', onclick: () => openKeyForm(null, made) }, icon('plus'), 'New key');
  fill(box, h('div', { class: 'page-head' }, h('div', { class: 'titles' }, h('h1', null, 'Keys'), note), h('div', { class: 'tools' }, find, create)), body);
  load();

  async function load() {
    try {
      keys = (await get('/admin/keys', abort.signal)).data;
      draw();
    } catch (error) {
      if (!abort.signal.aborted && !error.ended) {
        fill(body, failed(error, load));
        setText(note, '');
      }
    }
  }

  function draw() {
    setText(note, `${keys.length} ${keys.length === 1 ? 'key' : 'keys'}. Those of the configuration are changed there.`);
    if (keys.length === 0) {
      fill(body, empty('No keys yet', 'A virtual key is what your code presents instead of a provider\u2019s own.', h('button', { type: 'button', class: 'button primary', onclick: () => openKeyForm(null, made) }, icon('plus'), 'New key')));
      return;
    }

    if (rows.element.parentElement !== body) {
      fill(body, rows.element);
    }

    rows.set(keys.filter(key => key.name.includes(search)));
  }

  function made(key) {
    if (key.key) {
      showSecret(key);
    } else {
      toast(`${key.name} is changed.`);
    }

    load();
  }

  function actions(row) {
    if (row.source === 'config') {
      return h('span', { class: 'small muted' }, 'read-only');
    }

    const button = (name, text, act) => h('button', { type: 'button', class: 'button quiet square small', 'aria-label': `${text} ${row.name}`, title: text, onclick: act }, icon(name));
    return h('div', { class: 'row-actions' },
      button('edit', 'Edit', () => openKeyForm(row, made)),
      button('rotate', 'Rotate', () => openRotate(row, made)),
      button('trash', 'Revoke', () => openRevoke(row, () => { toast(`${row.name} is revoked.`); load(); })));
  }

  return () => abort.abort();
}

function nameCell(row) {
  const notes = [];
  if (!row.enabled) {
    notes.push(badge('off', 'bad'));
  } else if (row.expires_at && Date.parse(row.expires_at) < Date.now()) {
    notes.push(badge('expired', 'bad'));
  } else if (row.expires_at) {
    notes.push(badge(`until ${format.moment(row.expires_at)}`, Date.parse(row.expires_at) - Date.now() < 7 * 86400e3 ? 'warn' : ''));
  }

  if (row.previous_valid_until) {
    notes.push(badge(`old one until ${format.moment(row.previous_valid_until)}`, 'warn'));
  }

  return h('div', { class: 'stack' }, h('span', { class: 'inline' }, row.name, row.source === 'config' && badge('configuration')), notes.length > 0 && h('span', { class: 'inline' }, notes));
}

function scopeOf(row) {
  const parts = [];
  if (row.providers) {
    parts.push(row.providers.length ? row.providers.join(', ') : 'no provider');
  }

  if (row.models) {
    parts.push(row.models.length ? row.models.join(', ') : 'no model');
  }

  if (row.endpoints) {
    parts.push(`${row.endpoints.length || 'no'} ${row.endpoints.length < 2 ? 'endpoint' : 'endpoints'}`);
  }

  if (row.allowed_networks) {
    parts.push(`from ${row.allowed_networks.length ? row.allowed_networks.join(', ') : 'nowhere'}`);
  }

  return parts.length ? parts.join(' · ') : 'everything';
}

function limitsOf({ limits }) {
  return limits ? [
    limits.requests_per_minute !== null && `${format.short(limits.requests_per_minute)} requests/min`,
    limits.tokens_per_minute !== null && `${format.short(limits.tokens_per_minute)} tokens/min`,
    limits.max_concurrent !== null && `${format.short(limits.max_concurrent)} at once`,
  ].filter(Boolean) : [];
}

function budgetCell({ budget }) {
  if (!budget) {
    return h('span', { class: 'muted small' }, 'none');
  }

  const share = (budget.spent_usd ?? 0) / budget.usd;
  const period = { day: ' a day', month: ' a month', total: ' in all' }[budget.period];
  return h('div', { class: 'stack budget' },
    h('span', { class: 'small nowrap' }, `${format.usd(budget.spent_usd)} of ${format.usd(budget.usd)}${period}`), meter(share, share >= 1 ? 'bad' : share > 0.8 ? 'warn' : ''));
}

function openRotate(row, done) {
  const grace = h('select', { class: 'input', id: 'grace' },
    [['00:00:00', 'at once'], ['01:00:00', 'after 1 hour'], ['24:00:00', 'after 24 hours'], ['168:00:00', 'after 7 days']].map(([value, text]) => h('option', { value }, text)));
  grace.value = '24:00:00';
  act({
    title: `Rotate ${row.name}`,
    note: 'It gets a new secret; scope, limits, budget and usage stay.',
    body: h('div', { class: 'field' }, h('label', { for: 'grace' }, 'The old secret stops working'), grace),
    word: 'Rotate key',
    kind: 'primary',
    run: async () => done((await call('POST', `/admin/keys/${row.name}/rotate`, { body: { grace: grace.value } })).data),
  });
}

function openRevoke(row, done) {
  act({
    title: `Revoke ${row.name}?`,
    note: 'This cannot be undone.',
    body: h('p', null, 'Every instance refuses the key within two seconds. What it has used stays in the usage report. To stop it for a while only, edit it and turn it off.'),
    word: 'Revoke key',
    kind: 'danger',
    run: async () => {
      await call('DELETE', `/admin/keys/${row.name}`);
      done();
    },
  });
}

/** A dialog with one thing to confirm. */
function act({ title, note, body, word, kind, run }) {
  const problem = h('p', { class: 'banner bad small', role: 'alert', hidden: true });
  const button = h('button', {
    type: 'button',
    class: `button ${kind}`,
    onclick: async () => {
      button.disabled = true;
      try {
        await run();
        dialog.close();
      } catch (error) {
        problem.hidden = false;
        problem.textContent = error.message;
        button.disabled = false;
      }
    },
  }, word);
  const dialog = openDialog({ title, note, body: [body, problem], foot: [h('button', { type: 'button', class: 'button', onclick: () => dialog.close() }, 'Cancel'), button] });
}
