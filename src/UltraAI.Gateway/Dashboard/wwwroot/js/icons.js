const paths = {
  overview: ['M3 13h4l3-8 4 14 3-6h4'],
  providers: ['M4 4h16v6H4z', 'M4 14h16v6H4z', 'M8 7h.01', 'M8 17h.01'],
  keys: ['M14.5 9.5a4.5 4.5 0 1 0-4 4.47L12 15.5h2V18h2.5v2.5H21V17l-6.72-6.3a4.5 4.5 0 0 0 .22-1.2z', 'M9 8h.01'],
  usage: ['M4 20V10', 'M10 20V4', 'M16 20v-7', 'M22 20H2'],
  ultra: ['M4 5c7 0 8 7 14 7', 'M4 12h14', 'M4 19c7 0 8-7 14-7', 'M18 12h2'],
  sun: ['M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8z', 'M12 2v2', 'M12 20v2', 'M2 12h2', 'M20 12h2', 'M5 5l1.4 1.4', 'M17.6 17.6L19 19', 'M5 19l1.4-1.4', 'M17.6 6.4L19 5'],
  moon: ['M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z'],
  out: ['M10 4H5v16h5', 'M14 8l4 4-4 4', 'M18 12H9'],
  copy: ['M9 9h11v11H9z', 'M5 15H4V4h11v1'],
  plus: ['M12 5v14', 'M5 12h14'],
  close: ['M6 6l12 12', 'M18 6L6 18'],
  download: ['M12 4v11', 'M7 11l5 5 5-5', 'M5 20h14'],
  edit: ['M4 20h4L19 9l-4-4L4 16z', 'M13 7l4 4'],
  rotate: ['M20 11a8 8 0 1 0-2.3 6.2', 'M20 4v7h-7'],
  trash: ['M4 7h16', 'M9 7V4h6v3', 'M6 7l1 13h10l1-13', 'M10 11v6', 'M14 11v6'],
  table: ['M4 5h16v14H4z', 'M4 10h16', 'M10 10v9'],
  play: ['M7 5l12 7-12 7z'],
  stop: ['M6 6h12v12H6z'],
  check: ['M5 12.5l4.5 4.5L19 7'],
  alert: ['M12 4L2.5 20h19z', 'M12 10v4', 'M12 17h.01'],
  chart: ['M4 4v16h16', 'M8 15l4-5 3 3 5-6'],
  back: ['M19 12H5', 'M11 6l-6 6 6 6'],
};

/** A drawing beside text, or alone in a button that has a label. */
export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  for (const d of paths[name]) {
    const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
    path.setAttribute('d', d);
    svg.append(path);
  }

  return svg;
}
