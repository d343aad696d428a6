/** @param {{label: string, value: (row: any) => any}[]} columns */
export function toCsv(columns, rows) {
  const lines = [columns.map(column => cell(column.label)).join(',')];
  for (const row of rows) {
    lines.push(columns.map(column => cell(column.value(row))).join(','));
  }

  return lines.join('\r\n') + '\r\n';
}

/** Hands a file made in the page to the browser. */
export function download(name, text) {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

function cell(value) {
  if (value === null || value === undefined) {
    return '';
  }

  if (typeof value === 'number') {
    return String(value);
  }

  // Names of models come from outside: a spreadsheet must not take one for a formula.
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
