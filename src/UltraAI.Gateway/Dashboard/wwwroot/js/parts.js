import { h, newId, refill } from './dom.js';
import { icon } from './icons.js';
import { toast } from './dialog.js';

export const card = (title, { tools, body, className = '', note } = {}) =>
  h('section', { class: `card ${className}` },
    h('div', { class: 'card-head' }, h('div', null, h('h2', null, title), note && h('p', { class: 'muted small' }, note)), tools),
    body);

export const badge = (text, kind = '') => h('span', { class: `badge ${kind}` }, text);

/** @param {{text: string, share: number, kind?: string}[]} parts  shares of one */
export function meter(share, kind = '') {
  const bar = h('i');
  bar.style.width = `${Math.min(100, Math.max(0, share * 100))}%`;
  return h('span', { class: `meter ${kind}`, 'aria-hidden': 'true' }, bar);
}

/** Terms and what they are, in a list that is drawn again and again. @param {[string, any][]} entries */
export const setFacts = (list, entries) => refill(list, entries.map(([term, value]) => h('div', null, h('dt', null, term), h('dd', null, value))));

/** A choice of few, as buttons beside each other. */
export function segments(label, choices, chosen, pick) {
  const group = h('div', { class: 'segments', role: 'group', 'aria-label': label });
  for (const [value, text] of choices) {
    group.append(h('button', {
      type: 'button',
      'aria-pressed': String(value === chosen),
      onclick: event => {
        for (const button of group.children) {
          button.setAttribute('aria-pressed', String(button === event.currentTarget));
        }

        pick(value);
      },
    }, text));
  }

  return group;
}

/** A choice of many. @param {[string, string][]} choices */
export function choice(label, choices, chosen, pick) {
  const select = h('select', { class: 'input', 'aria-label': label, onchange: () => pick(select.value) });
  setChoices(select, choices, chosen);
  return select;
}

/** Keeps what is chosen, if it is still there. */
export function setChoices(select, choices, chosen = select.value) {
  const same = select.options.length === choices.length && choices.every(([value, text], i) => select.options[i].value === value && select.options[i].text === text);
  if (!same) {
    select.replaceChildren(...choices.map(([value, text]) => h('option', { value }, text)));
  }

  select.value = choices.some(([value]) => value === chosen) ? chosen : choices[0]?.[0] ?? '';
}

/** A field of a form. What is wrong with it can be said under it: setFault(field, text). */
export function field(label, input, { hint, className = '' } = {}) {
  const id = newId();
  input.id = id;
  const described = [];
  const parts = [];
  if (hint) {
    described.push(`${id}h`);
    parts.push(h('p', { class: 'hint', id: `${id}h` }, hint));
  }

  const fault = h('p', { class: 'fault', id: `${id}f`, hidden: true });
  described.push(`${id}f`);
  input.setAttribute('aria-describedby', described.join(' '));
  return h('div', { class: `field ${className}` }, h('label', { for: id }, label), input, parts, fault);
}

export function setFault(element, text) {
  const fault = element.querySelector('.fault');
  fault.hidden = !text;
  fault.textContent = text ?? '';
  element.querySelector('.input')?.setAttribute('aria-invalid', String(Boolean(text)));
}

/**
 * Says it at each field of numbers or times whose text the browser can't read: it would hand over nothing, as if the field were empty.
 * @returns whether all could be read
 */
export function areReadable(form) {
  const inputs = [...form.querySelectorAll('input[type=number], input[type=datetime-local]')];
  for (const input of inputs) {
    setFault(input.closest('.field'), !input.validity.badInput ? null : input.type === 'number' ? 'This is not a number.' : 'This is not a date with a time.');
  }

  const first = inputs.find(input => input.validity.badInput);
  first?.closest('details')?.setAttribute('open', '');
  first?.focus();
  return !first;
}

export const empty = (title, text, action) => h('div', { class: 'state' }, icon('chart'), h('h2', null, title), text && h('p', null, text), action);

export const failed = (error, again) => h('div', { class: 'state', role: 'alert' },
  icon('alert'), h('h2', null, 'This could not be loaded'), h('p', null, error.message),
  again && h('button', { type: 'button', class: 'button', onclick: again }, 'Try again'));

export function loading(lines = 4) {
  const box = h('div', { class: 'card-body', role: 'status', 'aria-label': 'Loading' });
  for (let i = 0; i < lines; i++) {
    const line = h('div', { class: 'skeleton' });
    line.style.width = `${90 - (i * 37) % 50}%`;
    box.append(line);
  }

  return box;
}

/** @param {() => void} [failed]  says that it failed, and what to do; else a toast does */
export function copyButton(text, failed = () => toast('The browser did not allow it; select the text and copy it by hand.')) {
  const button = h('button', {
    type: 'button',
    class: 'button',
    onclick: async () => {
      try {
        await navigator.clipboard.writeText(text());
        toast('Copied.');
      } catch {
        failed();
      }
    },
  }, icon('copy'), 'Copy');
  return button;
}
