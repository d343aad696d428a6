// The form for a new key, and for changing one.
import { call, get } from '../api.js';
import { openDialog } from '../dialog.js';
import { fill, h } from '../dom.js';
import { live } from '../live.js';
import { areReadable, field, setFault } from '../parts.js';

const limits = [
  ['requests_per_minute', 'Requests per minute'], ['request_burst', 'Request burst'], ['tokens_per_minute', 'Tokens per minute'],
  ['token_burst', 'Token burst'], ['max_concurrent', 'Running at once'],
];

/**
 * @param {object | null} row  the key to change, as the list has it; null: a new one
 * @param {(key: object) => void} done  called with the key as it then is
 */
export async function openKeyForm(row, done) {
  const isNew = row === null;
  const form = h('form', { class: 'key-form', novalidate: true });
  const problem = h('div', { class: 'banner bad small', role: 'alert', hidden: true });
  const submit = h('button', { type: 'submit', class: 'button primary', form: 'key-form' }, isNew ? 'Create key' : 'Save changes');
  form.id = 'key-form';
  const dialog = openDialog({
    title: isNew ? 'New key' : `Edit ${row.name}`,
    note: isNew ? 'What is left empty is not restricted.' : 'In force on every instance within two seconds.',
    kind: 'drawer',
    body: [problem, form],
    foot: [h('button', { type: 'button', class: 'button', onclick: () => dialog.close() }, 'Cancel'), submit],
  });

  let etag = null;
  let key = row;
  let fields = {};

  // Nothing is sent while the fields don't show what the key is: what they lack would be taken from it.
  async function load() {
    problem.hidden = true;
    submit.disabled = true;
    if (!isNew) {
      // Read again: a change is made on what the key is now, and refused if it is another one by then.
      const read = await call('GET', `/admin/keys/${row.name}`);
      key = read.data;
      etag = read.etag;
    }

    fields = draw(form, key, isNew, [...new Set([...await providerNames(), ...(key?.providers ?? [])])].sort());
    submit.disabled = false;
    form.querySelector('input')?.focus();
  }

  const tryLoad = () => load().catch(error => fail(error, 'Try again'));

  /** @param {string | null} again  what reading the key again is called, if that helps */
  function fail(error, again = null) {
    problem.hidden = false;
    for (const element of Object.values(fields)) {
      setFault(element.box, null);
    }

    const elsewhere = [];
    for (const fault of error.faults ?? []) {
      const path = (fault.pointer ?? '').replace(/^#\//, '').split('/');
      const found = fields[path.slice(0, 2).join('.')] ?? fields[path[0]];
      found ? setFault(found.box, fault.detail) : elsewhere.push(`${path.join('.')}: ${fault.detail}`);
    }

    fill(problem, h('span', { class: 'grow' }, error.faults?.length ? elsewhere.join(' ') || 'Some fields need a look.' : error.message),
      again && h('button', { type: 'button', class: 'button small', onclick: tryLoad }, again));
    form.querySelector('[aria-invalid="true"]')?.focus();
  }

  form.addEventListener('submit', async event => {
    event.preventDefault();
    if (submit.disabled || !areReadable(form)) {
      return;
    }

    submit.disabled = true;
    try {
      const body = valuesOf(fields);
      const { data } = isNew
        ? await call('POST', '/admin/keys', { body: withoutNulls(body) })
        : await call('PATCH', `/admin/keys/${row.name}`, { body, type: 'application/merge-patch+json', headers: etag ? { 'if-match': etag } : {} });
      dialog.close();
      done(data);
    } catch (error) {
      submit.disabled = false;
      fail(error, error.status === 412 ? 'Read it again' : null);
    }
  });

  tryLoad();
}

async function providerNames() {
  const providers = live.frame?.providers ?? (await get('/health/providers')).providers;
  return providers.map(provider => provider.name);
}

function draw(form, key, isNew, providers) {
  const fields = {};
  const put = (name, label, input, read, options) => {
    const box = field(label, input, options);
    fields[name] = { box, read };
    return box;
  };
  const text = (name, label, options = {}) => {
    const input = h('input', { class: 'input', type: 'text', value: key?.[name] ?? '', spellcheck: 'false', autocomplete: 'off' });
    return put(name, label, input, () => input.value.trim() || null, options);
  };
  // An empty list allows nothing, and none at all allows everything: a key that came with the first keeps it until somebody takes the tick off.
  const list = (name, box, chosen) => {
    const none = key?.[name]?.length === 0 ? h('input', { type: 'checkbox', checked: true }) : null;
    if (none) {
      box.querySelector('.fault').before(h('label', { class: 'check' }, none, 'None is allowed'));
    }

    fields[name] = {
      box,
      read: () => {
        const items = chosen();
        return items.length ? items : none?.checked ? [] : null;
      },
    };
    return box;
  };
  const lines = (name, label, hint, placeholder) => {
    const came = key?.[name];
    const input = h('textarea', { class: 'input mono', rows: 2, spellcheck: 'false', placeholder: came?.length === 0 ? null : placeholder, value: (came ?? []).join('\n') });
    return list(name, field(label, input, { hint }), () => input.value.split('\n').map(line => line.trim()).filter(Boolean));
  };
  const number = (name, label, value, more = {}) => {
    const input = h('input', { class: 'input', type: 'number', min: '0', step: more.step ?? '1', inputmode: 'decimal', value: value ?? '' });
    return put(name, label, input, () => input.value === '' ? null : Number(input.value), more);
  };

  const boxes = providers.map(name => h('input', { type: 'checkbox', value: name, checked: key?.providers?.includes(name) ?? false }));
  const chosen = h('fieldset', { class: 'field' }, h('legend', { class: 'label' }, 'Providers'), key?.providers?.length !== 0 && h('p', { class: 'hint' }, 'None chosen: all of them.'),
    h('div', { class: 'checks' }, providers.map((name, i) => h('label', { class: 'check' }, boxes[i], name))), h('p', { class: 'fault', hidden: true }));
  list('providers', chosen, () => boxes.filter(one => one.checked).map(one => one.value));

  const flag = (name, label, value) => {
    const input = h('input', { type: 'checkbox', checked: value });
    const box = h('div', { class: 'field' }, h('label', { class: 'check' }, input, label), h('p', { class: 'fault', hidden: true }));
    fields[name] = { box, read: () => input.checked };
    return box;
  };

  // The field knows minutes only: what nobody touched goes back as it came.
  const shownExpiry = key?.expires_at ? local(key.expires_at) : '';
  const expires = h('input', { class: 'input', type: 'datetime-local', value: shownExpiry });
  const period = h('select', { class: 'input' }, [['day', 'a day'], ['month', 'a month'], ['total', 'in all']].map(([value, word]) => h('option', { value }, word)));
  period.value = key?.budget?.period ?? 'month';

  fill(form,
    isNew ? text('name', 'Name', { hint: 'Small letters, digits and hyphens. It cannot be changed later.' }) : flag('enabled', 'The key works', key.enabled),
    section('Scope'),
    chosen,
    lines('models', 'Models', 'One to a line; * stands for anything.', 'gpt-4o*'),
    lines('endpoints', 'Endpoints', 'One METHOD and path to a line.', 'POST /v1/chat/completions'),
    lines('allowed_networks', 'Networks', 'Where calls may come from, one CIDR to a line.', '10.0.0.0/8'),
    put('expires_at', 'Expires', expires, () => expires.value === shownExpiry ? key?.expires_at ?? null : expires.value ? new Date(expires.value).toISOString() : null, { hint: 'Your local time.' }),
    section('Limits'),
    h('div', { class: 'pairs' }, limits.map(([name, label]) => number(`limits.${name}`, label, key?.limits?.[name]))),
    section('Budget'),
    h('div', { class: 'pairs' }, number('budget.usd', 'US dollars', key?.budget?.usd, { step: 'any' }), put('budget.period', 'Period', period, () => period.value, { hint: 'Days and months are UTC.' })),
    flag('allow_unmetered_web_sockets', 'WebSockets, although their tokens are not counted', key?.allow_unmetered_web_sockets ?? false));
  return fields;
}

const section = title => h('h3', { class: 'section' }, title);

function valuesOf(fields) {
  const body = { limits: {}, budget: {} };
  for (const [name, { read }] of Object.entries(fields)) {
    const [outer, inner] = name.split('.');
    if (inner) {
      body[outer][inner] = read();
    } else {
      body[name] = read();
    }
  }

  // A group without anything in it is taken off as a whole.
  if (Object.values(body.limits).every(value => value === null)) {
    body.limits = null;
  }

  if (body.budget.usd === null) {
    body.budget = null;
  }

  return body;
}

/** A new key has nothing that a null could take away. */
function withoutNulls(value) {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== null)
    .map(([name, item]) => [name, typeof item === 'object' && !Array.isArray(item) ? withoutNulls(item) : item]));
}

function local(text) {
  const date = new Date(text);
  return new Date(+date - date.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
}
