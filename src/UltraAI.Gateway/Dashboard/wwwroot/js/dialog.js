import { fill, h, newId } from './dom.js';
import { icon } from './icons.js';

/**
 * Opens a modal dialog.
 * @param {{title: string, note?: string, kind?: string, body: any, foot?: any, flush?: boolean, closed?: () => void}} options
 * @returns {{element: HTMLDialogElement, close: () => void}}
 */
export function openDialog({ title, note, kind = 'dialog', body, foot, flush, closed }) {
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
    element.remove();
    closed?.();
  });
  let pressedOutside = false;
  element.addEventListener('pointerdown', event => { pressedOutside = event.target === element; });
  element.addEventListener('click', event => event.target === element && pressedOutside && close());
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

const toasts = h('div', { class: 'toasts', role: 'status', 'aria-live': 'polite' });

/** A short word at the edge, which goes by itself. */
export function toast(text) {
  if (!toasts.isConnected) {
    document.body.append(toasts);
  }

  const note = h('div', { class: 'toast' }, text);
  toasts.append(note);
  setTimeout(() => note.remove(), 4000);
}
