import { fill, h } from './dom.js';
import { download, toCsv } from './csv.js';
import { icon } from './icons.js';
import { openDialog } from './dialog.js';

const mostRows = 400;

/** The numbers behind a chart, newest first, and as CSV. Where a click on a point leads somewhere, its row leads there, too. */
export function showNumbers({ title, labels, data, format, formatX, pick, marked }) {
  const rows = data[0].map((x, i) => ({ x, values: labels.map((_, series) => data[series + 1][i] ?? null) })).reverse();
  const shown = rows.slice(0, Math.max(mostRows, rows.findIndex(row => row.x === marked) + 20));
  const mark = { row: null };
  const body = h('tbody');
  fill(body, shown.map(row => {
    const when = formatX(row.x, true);
    const line = h('tr', { class: row.x === marked ? 'marked' : null },
      h('th', { scope: 'row', class: 'nowrap' }, pick ? h('button', { type: 'button', class: 'link', onclick: () => pick(row.x) }, when) : when), row.values.map(value => h('td', { class: 'num' }, value === null ? '–' : format(value))));
    if (row.x === marked) {
      mark.row = line;
    }

    return line;
  }));

  const columns = [{ label: 'time', value: row => formatX(row.x, true) }, ...labels.map((label, i) => ({ label, value: row => row.values[i] }))];
  const file = `${title.toLowerCase().replace(/[^a-z0-9]+/g, '-')}.csv`;
  openDialog({
    title,
    note: rows.length > shown.length ? `The newest ${shown.length} of ${rows.length}; the CSV has all.` : `${rows.length} points`,
    kind: 'drawer wide',
    flush: true,
    body: h('div', { class: 'table-wrap', tabindex: '0', role: 'region', 'aria-label': `Numbers: ${title}` },
      h('table', { class: 'data' },
        h('caption', { class: 'sr' }, title),
        h('thead', null, h('tr', null, h('th', { scope: 'col' }, 'Time'), labels.map(label => h('th', { scope: 'col', class: 'num' }, label)))),
        body)),
    foot: h('button', { type: 'button', class: 'button', onclick: () => download(file, toCsv(columns, rows)) }, icon('download'), 'CSV'),
  });
  mark.row?.scrollIntoView({ block: 'center' });
}
