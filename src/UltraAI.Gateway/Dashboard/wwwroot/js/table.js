import { fill, h } from './dom.js';

/**
 * A table whose columns sort.
 * @param {{label: string, columns: Column[], sort?: string, descending?: boolean, empty?: any, marked?: (row: any) => boolean, foot?: (rows: any[]) => any[]}} options
 * Column: {key, label, value(row) → what is sorted by, cell?(row) → what is shown, num?, head?: is the row's heading, sortable? = true}
 */
export function table(options) {
  let sort = options.sort ?? null;
  let descending = options.descending ?? false;
  let rows = [];
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
    fill(body, sorted.map(row => h('tr', { class: options.marked?.(row) ? 'marked' : null }, options.columns.map(column => {
      const shown = column.cell ? column.cell(row) : column.value(row);
      return h(column.head ? 'th' : 'td', { scope: column.head ? 'row' : null, class: column.num ? 'num' : null }, shown);
    }))));
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
    /** In the order in which they are shown. */
    get rows() {
      const by = options.columns.find(column => column.key === sort);
      return by ? [...rows].sort((a, b) => order(by.value(a), by.value(b)) * (descending ? -1 : 1)) : rows;
    },
  };
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
