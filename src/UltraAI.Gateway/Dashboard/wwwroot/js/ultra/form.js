// What a run is asked for.
import { get } from '../api.js';
import { fill, h } from '../dom.js';
import { icon } from '../icons.js';
import { areReadable, field, setChoices } from '../parts.js';
import { shortModel } from './run.js';

const examples = [
  ['Gateways', 'Why do teams put a gateway in front of models?'],
  ['Latency', 'What adds more latency: a proxy on the same network, or the model itself? Give numbers.'],
  ['Timeouts', 'Explain in five sentences how an inactivity timeout differs from a deadline.'],
];

const reviewWords = [['', 'as the preset says'], ['off', 'off'], ['review', 'reviews only'], ['review_revise', 'reviews and revisions']];

/** @param {{run: (key: string, body: object) => void, cancel: () => void}} actions */
export function runForm({ run, cancel }) {
  let presets = [];
  let members = null; // null: those of the preset
  let running = false;
  let turn = 0;

  const prompt = h('textarea', { class: 'input prompt', rows: 4, placeholder: 'Ask something on which models may disagree', onkeydown: event => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      form.requestSubmit();
    }
  } });
  const key = h('select', { class: 'input', onchange: loadPresets });
  const preset = h('select', { class: 'input', onchange: () => { members = null; drawMembers(); } });
  const review = h('select', { class: 'input' });
  const system = h('textarea', { class: 'input', rows: 2 });
  const maxTokens = h('input', { class: 'input', type: 'number', min: '1', step: '1' });
  const temperature = h('input', { class: 'input', type: 'number', min: '0', max: '2', step: '0.1' });
  const seed = h('input', { class: 'input', type: 'number', step: '1' });
  setChoices(review, reviewWords, '');

  const problem = h('p', { class: 'banner bad small', role: 'alert', hidden: true });
  const panel = h('div', { class: 'field members' });
  const submit = h('button', { type: 'submit', class: 'button primary' }, icon('play'), 'Run');
  const stop = h('button', { type: 'button', class: 'button', hidden: true, onclick: cancel }, icon('stop'), 'Cancel');
  const promptField = field('Prompt', prompt);
  const form = h('form', { class: 'card run-form', novalidate: true, onsubmit: send },
    h('div', { class: 'run-main' },
      promptField,
      h('div', { class: 'inline' }, h('span', { class: 'small muted' }, 'Try'), examples.map(([word, text]) => h('button', { type: 'button', class: 'button quiet small chip', title: text, onclick: () => { prompt.value = text; prompt.focus(); } }, word)))),
    h('div', { class: 'run-side' },
      h('div', { class: 'pair' }, field('Key', key), field('Preset', preset)),
      panel,
      h('details', null, h('summary', null, 'More'),
        h('div', { class: 'more-fields' },
          field('Review', review), field('System prompt', system),
          h('div', { class: 'triple' }, field('Max. tokens', maxTokens), field('Temperature', temperature), field('Seed', seed)))),
      problem,
      h('div', { class: 'inline' }, submit, stop, h('span', { class: 'small muted' }, 'Ctrl+Enter'))));

  function fail(text) {
    problem.hidden = !text;
    problem.textContent = text ?? '';
  }

  async function load() {
    try {
      const keys = (await get('/admin/keys')).data.filter(one => one.enabled && !(one.expires_at && Date.parse(one.expires_at) < Date.now()));
      if (keys.length === 0) {
        fail('A run needs a virtual key: it is metered as that key\u2019s. Make one on the page Keys.');
        submit.disabled = true;
        return;
      }

      // One that may run from here with the whole panel comes first; which may do so is the gateway's to say.
      const held = one => Number(Boolean(one.allowed_networks)) * 2 + Number(Boolean(one.providers || one.models));
      keys.sort((a, b) => held(a) - held(b));
      setChoices(key, keys.map(one => [one.name, one.name]));
      await loadPresets();
    } catch (error) {
      fail(error.message);
    }
  }

  async function loadPresets() {
    const mine = ++turn;
    fail(null);
    let read = [];
    let fault = null;
    try {
      read = (await get(`/dashboard/ultra/presets?key=${encodeURIComponent(key.value)}`)).presets;
    } catch (error) {
      fault = error.message;
    }

    if (mine !== turn) {
      // Another key was chosen meanwhile.
      return;
    }

    presets = read;
    fail(fault ?? (presets.length === 0 ? 'This key may use no preset: its providers and models leave none.' : null));
    setChoices(preset, presets.map(one => [one.id, one.id]), preset.value || 'ultra');
    submit.disabled = presets.length === 0;
    members = chosen()?.allow_overrides ? members : null;
    drawMembers();
  }

  const chosen = () => presets.find(one => one.id === preset.value);

  function drawMembers() {
    const one = chosen();
    review.disabled = !one?.allow_overrides;
    if (!one) {
      fill(panel);
      return;
    }

    const list = members ?? one.members.map(member => member.model);
    const add = h('input', { class: 'input', list: 'known-models', 'aria-label': 'Add a member, PROVIDER/MODEL', placeholder: 'provider/model' });
    const put = () => {
      if (add.value.includes('/') && list.length < 8) {
        members = [...list, add.value.trim()];
        drawMembers();
        panel.querySelector('input')?.focus();
      }
    };
    add.addEventListener('change', put);
    add.addEventListener('keydown', event => {
      if (event.key === 'Enter') {
        event.preventDefault();
        put();
      }
    });
    const known = [...new Set(presets.flatMap(each => [...each.members.map(member => member.model), ...each.lead]))];
    fill(panel,
      h('p', { class: 'label' }, `Members (${list.length})`),
      h('ul', { class: 'chips' }, list.map((model, i) => h('li', { class: 'member-chip' }, h('span', { class: `swatch s${i % 8}` }), h('span', { class: 'truncate', title: model }, shortModel(model)),
        one.allow_overrides && list.length > 2 && h('button', { type: 'button', class: 'chip-remove', 'aria-label': `Without ${model}`, onclick: () => { members = list.filter((_, at) => at !== i); drawMembers(); } }, icon('close'))))),
      one.allow_overrides && list.length < 8 ? h('div', { class: 'add-member' }, add, h('datalist', { id: 'known-models' }, known.map(model => h('option', { value: model })))) : null,
      h('p', { class: 'hint' }, `Lead: ${shortModel(one.lead[0])}. Review: ${reviewWords.find(([value]) => value === one.review)?.[1] ?? one.review}.${one.allow_overrides ? '' : ' This preset takes no other members from a request.'}`));
  }

  function send(event) {
    event.preventDefault();
    if (running) {
      // Ctrl+Enter asks again, though there is no button for it: another run would cost, and leave this one without a way to cancel it.
      return;
    }

    fail(null);
    const text = prompt.value.trim();
    promptField.querySelector('.fault').hidden = Boolean(text);
    promptField.querySelector('.fault').textContent = 'Ask something.';
    prompt.setAttribute('aria-invalid', String(!text));
    if (!text) {
      prompt.focus();
      return;
    }

    if (submit.disabled || !areReadable(form)) {
      return;
    }

    const body = {
      preset: preset.value, stream: true, ultra: { include: ['drafts', 'reviews'] },
      messages: [...(system.value.trim() ? [{ role: 'system', content: system.value }] : []), { role: 'user', content: text }],
    };
    if (members) {
      body.ultra.members = members;
    }

    if (review.value && !review.disabled) {
      body.ultra.review = review.value;
    }

    if (seed.value) {
      body.ultra.seed = Number(seed.value);
    }

    if (maxTokens.value) {
      body.max_tokens = Number(maxTokens.value);
    }

    if (temperature.value) {
      body.temperature = Number(temperature.value);
    }

    run(key.value, body);
  }

  load();
  return {
    element: form,
    fail,
    setRunning(isRunning) {
      running = isRunning;
      submit.hidden = isRunning;
      stop.hidden = !isRunning;
      stop.disabled = false;
      if (isRunning) {
        stop.focus();
      } else if (document.activeElement === document.body) {
        submit.focus();
      }
    },
  };
}
