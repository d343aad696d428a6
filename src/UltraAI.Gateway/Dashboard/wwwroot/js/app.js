// The frame: session, navigation, which page is shown.
import * as api from './api.js';
import * as feed from './live.js';
import { closeDialogs, toast } from './dialog.js';
import { add, fill, h, setText } from './dom.js';
import { span } from './format.js';
import { icon } from './icons.js';
import { failed } from './parts.js';
import { isDark, onTheme, toggleTheme } from './theme.js';
import { signInPage } from './signin.js';

const pages = [
  { path: 'overview', title: 'Overview', load: () => import('./pages/overview.js') },
  { path: 'providers', title: 'Providers', load: () => import('./pages/providers.js') },
  { path: 'keys', title: 'Keys', load: () => import('./pages/keys.js') },
  { path: 'usage', title: 'Usage', load: () => import('./pages/usage.js') },
  { path: 'ultra', title: 'Ultra', load: () => import('./pages/ultra.js') },
];

const root = document.getElementById('root');
let main = null;
let leave = null;
let turn = 0;

api.onSignedOut(showSignIn);
addEventListener('hashchange', () => main && show(true));
boot();

async function boot() {
  try {
    await api.resume() ? showApp() : showSignIn();
  } catch (error) {
    fill(root, h('main', { class: 'signin' }, failed(error, () => location.reload())));
  }
}

function showSignIn() {
  feed.stop();
  closeDialogs();
  leave?.();
  leave = null;
  main = null;
  document.title = 'Sign in · UltraAI.Gateway';
  fill(root, signInPage(showApp));
  root.querySelector('input[type=password]').focus();
}

function showApp() {
  main = h('main', { class: 'main', id: 'main', tabindex: '-1' });
  fill(root,
    h('a', { class: 'button skip', href: '#main', onclick: event => { event.preventDefault(); main.focus(); } }, 'To the content'),
    h('div', { class: 'app' }, side(), main));
  feed.start();
  show(false);
}

function side() {
  const nav = h('nav', { class: 'nav', 'aria-label': 'Pages' }, pages.map(page => h('a', { href: `#/${page.path}`, 'data-path': page.path }, icon(page.path), page.title)));
  const dot = h('span', { class: 'dot' });
  const state = h('span', null, 'Connecting');
  const what = h('span', { class: 'what' });
  feed.watch(live => {
    dot.className = `dot ${{ live: 'live', waiting: 'lost', connecting: 'waiting' }[live.state] ?? ''}`;
    setText(state, { live: 'Live', waiting: 'Not connected', connecting: 'Connecting', off: 'Off' }[live.state]);
    setText(what, live.state === 'waiting' ? live.reason : live.frame ? `${live.frame.version} · up ${span(live.frame.uptime_seconds)}` : '');
  });
  const theme = h('button', { type: 'button', class: 'button quiet square', onclick: toggleTheme });
  const dress = () => {
    theme.replaceChildren(icon(isDark() ? 'sun' : 'moon'));
    theme.setAttribute('aria-label', isDark() ? 'Light colours' : 'Dark colours');
    theme.title = isDark() ? 'Light colours' : 'Dark colours';
  };
  onTheme(dress);
  dress();
  const out = h('button', { type: 'button', class: 'button quiet square', 'aria-label': 'Sign out', title: 'Sign out', onclick: () => api.signOut().catch(error => error.ended || toast(`You are still signed in. ${error.message}`)) }, icon('out'));
  return h('header', { class: 'side' },
    h('a', { class: 'brand', href: '#/overview' }, h('img', { src: 'icon.svg', alt: '' }), 'UltraAI.Gateway'),
    nav,
    h('div', { class: 'side-foot' },
      h('div', { class: 'instance' }, dot, state, what),
      h('div', { class: 'row' }, theme, out)));
}

/** What can't be decoded was written by hand, and stands for itself. */
function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** @param {boolean} moved  whether somebody came here from another page: then the heading takes the focus */
async function show(moved) {
  const mine = ++turn;
  const [path, query] = location.hash.replace(/^#\/?/, '').split('?');
  const [name, ...rest] = path.split('/').map(decode);
  const page = pages.find(candidate => candidate.path === name) ?? pages[0];
  for (const link of root.querySelectorAll('.nav a')) {
    link.dataset.path === page.path ? link.setAttribute('aria-current', 'page') : link.removeAttribute('aria-current');
  }

  leave?.();
  leave = null;
  closeDialogs();
  document.title = `${page.title} · UltraAI.Gateway`;
  try {
    const module = await page.load();
    if (mine !== turn || !main) {
      return;
    }

    const box = h('div', { class: 'page' });
    fill(main, box);
    leave = module.mount(box, { rest, query: new URLSearchParams(query) }) ?? null;
    if (moved) {
      // This is use of the session; what pages ask by themselves, again and again, is not.
      api.resume().catch(() => { });
      scrollTo(0, 0);
      const heading = box.querySelector('h1');
      heading?.setAttribute('tabindex', '-1');
      heading?.focus();
    }
  } catch (error) {
    if (mine === turn && main) {
      add(fill(main), [failed(error, () => show(false))]);
    }
  }
}
