import { openDialog } from '../dialog.js';
import { h } from '../dom.js';
import { copyButton } from '../parts.js';

/** Shows a key the one time that it can be shown. When the dialog has gone, the page holds it no more. */
export function showSecret(key) {
  let secret = key.key;
  delete key.key;
  const shown = h('code', { tabindex: '0', 'aria-label': 'The key' }, secret);
  const base = `${location.origin}/openai/v1`;
  const problem = h('p', { class: 'banner warn small', role: 'alert', hidden: true }, 'The browser did not allow it. The key is selected: copy it by hand, for it is not shown again.');
  const copy = copyButton(() => secret, () => {
    problem.hidden = false;
    getSelection().selectAllChildren(shown);
  });
  copy.autofocus = true;

  // At once: the dialog's own event comes a moment after it has gone.
  const forget = () => {
    secret = '';
    shown.textContent = '';
  };
  const dialog = openDialog({
    title: `The key of ${key.name}`,
    note: 'It is shown this once: the gateway keeps only its hash. Store it where your application finds it.',
    body: [
      h('div', { class: 'secret' }, shown, copy),
      problem,
      h('div', { class: 'field' }, h('p', { class: 'label' }, 'Any OpenAI SDK'), h('div', { class: 'snippet' }, `base_url = "${base}"\napi_key  = "<the key>"`)),
    ],
    foot: h('button', { type: 'button', class: 'button primary', onclick: () => {
      forget();
      dialog.close();
    } }, 'I have stored it'),
    stays: true,
    closed: forget,
  });
}
