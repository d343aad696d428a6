import { fill, h } from '../dom.js';
import { badge } from '../parts.js';
import { draftOf } from './run.js';
import { nameOf } from './reviews.js';

let library = null;

/** The diff library is large enough to be asked for only here. */
function loadDiff() {
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = 'vendor/diff/diff.min.js';
    script.onload = () => resolve(globalThis.Diff);
    script.onerror = () => {
      library = null;
      reject(new Error('The page could not load its diff library.'));
    };
    document.head.append(script);
  });
  return library;
}

/** What members changed in their own drafts, and whether it was taken. */
export function revisionsView() {
  const list = h('div', { class: 'card-body revisions' });
  const element = h('section', { class: 'card w12', hidden: true },
    h('div', { class: 'card-head' }, h('div', null, h('h2', null, 'Revisions'), h('p', { class: 'muted small' }, 'One takes the place of its draft only where the reviewers flagged that draft; else it goes to the lead as a note.'))), list);
  let drawn = '';

  async function draw(found) {
    const parts = await Promise.all(found.map(async revision => {
      const text = h('p', { class: 'pre diff', tabindex: '0', role: 'region', 'aria-label': `Revision of ${revision.name}` });
      try {
        const { diffWordsWithSpace } = await loadDiff();
        fill(text, diffWordsWithSpace(revision.before, revision.after).map(part => part.added ? h('ins', null, part.value) : part.removed ? h('del', null, part.value) : part.value));
      } catch {
        text.textContent = revision.after;
      }

      return h('article', null, h('h3', { class: 'inline' }, h('span', { class: `swatch s${revision.index % 8}` }), revision.name, badge(revision.accepted ? 'accepted' : 'the draft stands', revision.accepted ? 'ok' : '')), text);
    }));
    fill(list, parts);
  }

  return {
    element,
    reset() {
      drawn = '';
      element.hidden = true;
      fill(list);
    },
    update(run) {
      const found = run.members.map((member, index) => {
        const review = run.reviews.get(member.id);
        const accepted = run.ranking?.accepted_revisions.includes(member.id) ?? false;
        const after = review?.text ?? (accepted ? run.result?.members.find(one => one.id === member.id)?.text : null);
        return review?.revision === 'proposed' && run.ranking && after ? { index, name: nameOf(run, member.id), accepted, before: draftOf(run, member.id)?.text ?? '', after } : null;
      }).filter(Boolean);
      const now = JSON.stringify(found.map(one => [one.name, one.accepted]));
      if (found.length > 0 && now !== drawn) {
        drawn = now;
        element.hidden = false;
        draw(found);
      }
    },
  };
}
