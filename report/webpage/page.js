'use strict';
// Makes tables sortable and filterable, and shows figures in full. Without it the page has the same content.
{
  const factors = JSON.parse(document.body.dataset.units); // base units in one of each unit
  const orders = ['ascending', 'descending', 'none'];
  const mostWithoutFilter = 8;
  const make = (tag, properties) => Object.assign(document.createElement(tag), properties);

  // number is a cell in base units, or NaN. Bounds are in the unit of the figure before them.
  function number(cell) {
    const m = /^[[±]?([−-]?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?)\s?([a-zA-Zµ/%]*)/.exec(cell.textContent.trim());
    if (!m) return NaN;
    let unit = m[2];
    if (m[0][0] === '[' && cell.previousElementSibling) {
      unit = (/^[^\s\d]?[\d.,]+\s?([a-zA-Zµ/%]*)/.exec(cell.previousElementSibling.textContent.trim()) || [])[1];
    }
    return Number(m[1].replace(/,/g, '').replace('−', '-')) * (factors[unit] ?? 1);
  }

  // sorted orders rows by a column: by number where most of the column are numbers, and what is none behind them.
  function sorted(rows, column, descending) {
    const texts = new Map(rows.map(row => [row, row.cells[column].textContent.trim()]));
    const numbers = new Map(rows.map(row => [row, number(row.cells[column])]));
    const known = rows.filter(row => /[\p{L}\p{N}]/u.test(texts.get(row)));
    const numeric = known.filter(row => !isNaN(numbers.get(row))).length * 2 > known.length;
    const missing = row => numeric ? isNaN(numbers.get(row)) : !known.includes(row);
    return [...rows].sort((a, b) => {
      if (missing(a) || missing(b)) return missing(a) - missing(b);
      const order = numeric ? numbers.get(a) - numbers.get(b) : texts.get(a).localeCompare(texts.get(b), 'en', {numeric: true});
      return descending ? -order : order;
    });
  }

  function sortable(table, rows) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((th, column) => {
      const button = make('button', {type: 'button'});
      button.append(...th.childNodes);
      if (!button.textContent.trim()) button.setAttribute('aria-label', 'name');
      th.append(button);
      th.setAttribute('aria-sort', 'none');
      button.addEventListener('click', () => {
        const order = orders[(orders.indexOf(th.getAttribute('aria-sort')) + 1) % orders.length];
        heads.forEach(other => other.setAttribute('aria-sort', 'none'));
        th.setAttribute('aria-sort', order);
        table.tBodies[0].append(...(order === 'none' ? rows : sorted(rows, column, order === 'descending')));
      });
    });
  }

  function filterable(table, rows, name) {
    const input = make('input', {type: 'search'});
    const count = make('output', {});
    const label = make('label', {textContent: 'Filter rows '});
    input.setAttribute('aria-label', 'Filter rows of ' + name);
    label.append(input);
    const line = make('p', {className: 'filter'});
    line.append(label, count);
    table.parentElement.before(line);
    input.addEventListener('input', () => {
      const words = input.value.toLowerCase().split(/\s+/);
      let shown = 0;
      for (const row of rows) {
        const text = row.textContent.toLowerCase();
        row.hidden = !words.every(word => text.includes(word));
        shown += !row.hidden;
      }
      count.textContent = input.value ? `${shown} of ${rows.length} rows` : '';
    });
  }

  // repeat names what a row is about where only the first of its group does: rows are to make sense in any order.
  function repeat(rows) {
    let last = rows[0].cells[0];
    if (!last.textContent.trim()) return;
    for (const row of rows) {
      const cell = row.cells[0];
      if (cell.textContent.trim()) {
        last = cell;
      } else {
        cell.append(...[...last.childNodes].map(node => node.cloneNode(true)));
        cell.className = 'again';
      }
    }
  }

  let heading = '';
  for (const element of document.querySelectorAll('h1, h2, h3, h4, table')) {
    if (!element.tHead) {
      heading = element.textContent;
      continue;
    }
    const rows = element.tBodies.length ? [...element.tBodies[0].rows] : [];
    if (!element.tHead.textContent.trim()) {
      element.tHead.hidden = true; // a list of names and values
    } else if (rows.length > 1) {
      repeat(rows);
      sortable(element, rows);
      if (rows.length > mostWithoutFilter) filterable(element, rows, heading);
    }
  }

  // A figure in full, where it is pointed at or has the focus; the arrow keys lead from one to the next.
  const tip = document.getElementById('tip');
  let shown = null;
  function place() {
    if (!shown) return;
    const at = shown.getBoundingClientRect();
    tip.style.left = Math.max(4, Math.min(at.left, innerWidth - tip.offsetWidth - 4)) + 'px';
    tip.style.top = (at.bottom + tip.offsetHeight + 4 > innerHeight ? at.top - tip.offsetHeight - 4 : at.bottom + 4) + 'px';
  }
  function show(cell) {
    if (shown) shown.removeAttribute('aria-describedby');
    shown = cell;
    tip.hidden = !cell;
    if (!cell) return;
    tip.textContent = cell.dataset.full;
    cell.setAttribute('aria-describedby', 'tip');
    place();
  }
  const figure = element => element.closest?.('td[data-full]');
  document.addEventListener('mouseover', event => show(figure(event.target) || figure(document.activeElement)));
  document.addEventListener('focusin', event => show(figure(event.target)));
  document.addEventListener('focusout', () => show(null));
  document.addEventListener('scroll', place, {capture: true, passive: true});
  const beside = (cell, way) => {
    for (let row = cell.parentElement; (row = row[way]);) {
      if (!row.hidden) return row.cells[cell.cellIndex];
    }
  };
  document.addEventListener('keydown', event => {
    if (event.key === 'Escape') show(null);
    const cell = figure(event.target);
    if (!cell) return;
    const next = {
      ArrowLeft: () => cell.previousElementSibling, ArrowRight: () => cell.nextElementSibling,
      ArrowUp: () => beside(cell, 'previousElementSibling'), ArrowDown: () => beside(cell, 'nextElementSibling'),
    }[event.key]?.();
    if (next?.dataset.full) {
      event.preventDefault();
      cell.tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
    }
  });
  for (const table of document.querySelectorAll('table')) { // one stop of the tab key each
    for (const cell of [...table.querySelectorAll('td[data-full]')].slice(1)) cell.tabIndex = -1;
  }

  addEventListener('beforeprint', () => document.querySelectorAll('details').forEach(one => { one.open = true; }));
}
