import { fill, h, newId } from './dom.js';
import { icon } from './icons.js';

/**
 * Opens a modal dialog.
 * @param {{title: string, note?: string, kind?: string, body: any, foot?: any, flush?: boolean, stays?: boolean, closed?: () => void}} options
 * stays: a click beside it does not close it
 * @returns {{element: HTMLDialogElement, close: () => void}}
 */
export function openDialog({ title, note, kind = 'dialog', body, foot, flush, stays, closed }) {
  const id = newId();
  const element = h('dialog', { class: kind, 'aria-labelledby': id });
  const close = () => element.close();
  fill(element, h('div', { class: 'dialog-inner' },
    h('div', { class: 'dialog-head' },
      h('div', null, h('h2', { id }, title), note && h('p', null, note)),
      h('button', { type: 'button', class: 'button quiet square small', 'aria-label': 'Close', onclick: close }, icon('close'))),
    h('div', { class: flush ? 'dialog-body flush' : 'dialog-body' }, body),
    foot && h('div', { class: 'dialog-foot' }, foot)));
  element.addEventListener('close', () => {
    // What has just been said stands a while longer.
    element.contains(toasts) && hostOf().append(toasts);
    element.remove();
    closed?.();
  });
  let pressedOutside = false;
  element.addEventListener('pointerdown', event => { pressedOutside = event.target === element; });
  element.addEventListener('click', event => event.target === element && pressedOutside && !stays && close());
  document.body.append(element);
  element.showModal();
  return { element, close };
}

/** Closes what is open: the page under it has gone. */
export function closeDialogs() {
  for (const dialog of document.querySelectorAll('dialog[open]')) {
    dialog.close();
  }
}

// Everything outside of the open dialog lies behind it, and is not read out.
const hostOf = () => [...document.querySelectorAll('dialog[open]')].at(-1) ?? document.body;

const toasts = h('div', { class: 'toasts', role: 'status', 'aria-live': 'polite' });

/** A short word at the edge, which goes by itself. */
export function toast(text) {
  const host = hostOf();
  if (toasts.parentElement !== host) {
    host.append(toasts);
  }

  const note = h('div', { class: 'toast' }, text);
  toasts.append(note);
  setTimeout(() => note.remove(), 4000);
}
