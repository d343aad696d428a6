import { fill, h, refill } from './dom.js';

/**
 * A table whose columns sort.
 * @param {{label: string, columns: Column[], id?: (row: any, at: number) => any, sort?: string, descending?: boolean, empty?: any, marked?: (row: any) => boolean, foot?: (rows: any[]) => any[]}} options
 * id: tells which row of the last time this one is, where rows are set again and again. What is the same in it stays, so a listener must get by with the id.
 * Column: {key, label, value(row) → what is sorted by, cell?(row) → what is shown, num?, head?: is the row's heading, sortable? = true}
 */
export function table(options) {
  let sort = options.sort ?? null;
  let descending = options.descending ?? false;
  let rows = [];
  let lines = new Map(); // by the row's id
  const head = h('tr');
  const body = h('tbody');
  const foot = h('tfoot');
  const element = h('div', { class: 'table-wrap', tabindex: '0', role: 'region', 'aria-label': options.label },
    h('table', { class: 'data' }, h('caption', { class: 'sr' }, options.label), h('thead', null, head), body, foot));

  for (const column of options.columns) {
    const cell = h('th', { scope: 'col', class: column.num ? 'num' : '' });
    if (column.sortable === false) {
      cell.append(column.label || h('span', { class: 'sr' }, column.name ?? 'Actions'));
    } else {
      cell.append(h('button', { type: 'button', class: 'sorter', onclick: () => sortBy(column) }, column.label));
    }

    column.headCell = cell;
    head.append(cell);
  }

  function sortBy(column) {
    descending = sort === column.key ? !descending : Boolean(column.num);
    sort = column.key;
    draw();
  }

  function draw() {
    const by = options.columns.find(column => column.key === sort);
    for (const column of options.columns) {
      if (column.sortable !== false) {
        column.headCell.setAttribute('aria-sort', column !== by ? 'none' : descending ? 'descending' : 'ascending');
      }
    }

    const sorted = by ? [...rows].sort((a, b) => order(by.value(a), by.value(b)) * (descending ? -1 : 1)) : rows;
    lines = new Map(sorted.map((row, at) => {
      const id = options.id ? options.id(row, at) : row;
      const line = lines.get(id) ?? h('tr');
      line.classList.toggle('marked', options.marked?.(row) ?? false);
      refill(line, options.columns.map(column => {
        const shown = column.cell ? column.cell(row) : column.value(row);
        return h(column.head ? 'th' : 'td', { scope: column.head ? 'row' : null, class: column.num ? 'num' : null }, shown);
      }));
      return [id, line];
    }));
    place(body, [...lines.values()]);
    if (sorted.length === 0 && options.empty) {
      fill(body, h('tr', null, h('td', { colspan: options.columns.length }, options.empty)));
    }

    fill(foot, rows.length > 0 && options.foot ? h('tr', null, options.foot(rows)) : null);
  }

  draw();
  return {
    element,
    set(next) {
      rows = next;
      draw();
    },
    /** The highest first. */
    sortBy(key) {
      sort = key;
      descending = true;
      draw();
    },
    /** In the order in which they are shown. */
    get rows() {
      const by = options.columns.find(column => column.key === sort);
      return by ? [...rows].sort((a, b) => order(by.value(a), by.value(b)) * (descending ? -1 : 1)) : rows;
    },
  };
}

/** Puts rows in their order. One with the focus is not moved, for that would take it away: the others go around it. */
function place(body, lines) {
  if (lines.length === body.children.length && lines.every((line, i) => line === body.children[i])) {
    return;
  }

  const held = lines.findIndex(line => line.contains(document.activeElement));
  if (held < 0) {
    body.replaceChildren(...lines);
    return;
  }

  [...body.children].forEach(line => line !== lines[held] && line.remove());
  lines[held].before(...lines.slice(0, held));
  lines[held].after(...lines.slice(held + 1));
}

function order(a, b) {
  if (a === b) {
    return 0;
  }

  // What is not known comes last in rising order.
  if (a === null || a === undefined || b === null || b === undefined) {
    return a === null || a === undefined ? 1 : -1;
  }

  return typeof a === 'string' ? a.localeCompare(b, 'en', { numeric: true }) : a - b;
}
