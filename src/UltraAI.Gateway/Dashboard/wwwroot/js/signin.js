import { signIn } from './api.js';
import { h } from './dom.js';
import { field, setFault } from './parts.js';

/** @param {() => void} done  called once there is a session */
export function signInPage(done) {
  const input = h('input', { class: 'input', type: 'password', autocomplete: 'current-password', spellcheck: 'false', required: true });
  const token = field('Admin token', input, { hint: 'What Gateway:Admin:TokenEnv or TokenFile holds. It is exchanged for a session, and not kept in the browser.' });
  const button = h('button', { type: 'submit', class: 'button primary' }, 'Sign in');
  const problem = h('p', { class: 'banner bad small', role: 'alert', hidden: true });

  function fail(text) {
    problem.hidden = !text;
    problem.textContent = text ?? '';
  }

  async function submit(event) {
    event.preventDefault();
    fail(null);
    setFault(token, input.value ? null : 'Enter the token.');
    if (!input.value) {
      return;
    }

    button.disabled = true;
    try {
      await signIn(input.value.trim());
      input.value = '';
      done();
      return;
    } catch (error) {
      fail(error.status === 429 ? `Too many attempts. Try again in ${error.retryAfter ?? 60} seconds.`
        : error.status === 401 ? 'That is not the admin token.'
        : error.status === undefined ? 'The gateway does not answer. Is it running?' : error.message);
    }

    button.disabled = false;
    input.focus();
    input.select();
  }

  return h('main', { class: 'signin' }, h('div', { class: 'signin-card' },
    h('div', { class: 'brand' }, h('img', { src: 'icon.svg', alt: '' }), 'UltraAI.Gateway'),
    h('h1', null, 'Sign in'),
    h('form', { onsubmit: submit, novalidate: true }, h('input', { type: 'text', autocomplete: 'username', value: 'admin', hidden: true }), token, problem, button)));
}
