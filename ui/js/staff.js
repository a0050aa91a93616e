// The console's keys, marks, columns and guards; after public.js. Every act is also a link, a button
// or a form in the page.
'use strict';
(() => {
  const { $$, number } = window.cityhall;
  const help = document.querySelector('[data-keys-help]');
  const KEYS = 'cityhall.keys';

  // Storage may be refused by the browser's settings; then the choice lasts for the page.
  const remembered = { get: key => { try { return localStorage.getItem(key); } catch { return null; } },
    set: (key, value) => { try { localStorage.setItem(key, value); } catch { /* kept for this page */ } } };

  let keysOn = document.body.dataset.keys !== 'off' && remembered.get(KEYS) !== 'off';
  const keySwitch = help && help.querySelector('[data-keys-switch]');
  if (keySwitch) {
    keySwitch.checked = keysOn;
    keySwitch.addEventListener('change', () => {
      keysOn = keySwitch.checked;
      remembered.set(KEYS, keysOn ? 'on' : 'off');
    });
  }

  // Rows
  const table = document.querySelector('[data-rows]');
  const rows = table ? $$('tbody tr', table) : [];
  let current = -1;
  const linkOf = row => row.querySelector('a[href]');
  const walk = step => {
    if (!rows.length) return;
    if (current >= 0) rows[current].classList.remove('is-current');
    current = Math.min(rows.length - 1, Math.max(0, current + step));
    rows[current].classList.add('is-current');
    rows[current].scrollIntoView({ block: 'nearest' });
    const link = linkOf(rows[current]);
    if (link) link.focus({ preventScroll: true });
  };
  rows.forEach((row, i) => row.addEventListener('focusin', () => {
    if (current >= 0) rows[current].classList.remove('is-current');
    current = i;
    row.classList.add('is-current');
  }));

  // Marks: a click with Shift marks the rows between.
  const bulk = document.querySelector('[data-bulk]');
  const boxes = bulk ? $$('tbody input[type=checkbox]', bulk) : [];
  const all = bulk && bulk.querySelector('[data-mark-all]');
  const status = bulk && bulk.querySelector('[data-bulk-status]');
  const showMarks = () => {
    const marked = boxes.filter(box => box.checked).length;
    boxes.forEach(box => box.closest('tr').classList.toggle('is-marked', box.checked));
    bulk.classList.toggle('has-marks', marked > 0);
    if (status) status.textContent = marked ? bulk.dataset.bulkCount.replace('{n}', number(marked)) : '';
    if (all) { all.checked = marked > 0 && marked === boxes.length; all.indeterminate = marked > 0 && !all.checked; }
  };
  let last = -1;
  boxes.forEach((box, i) => box.addEventListener('click', event => {
    if (event.shiftKey && last >= 0) {
      for (let j = Math.min(i, last); j <= Math.max(i, last); j++) boxes[j].checked = box.checked;
    }
    last = i;
    showMarks();
  }));
  if (all) {
    all.hidden = false;
    all.addEventListener('change', () => { boxes.forEach(box => { box.checked = all.checked; }); showMarks(); });
  }
  if (bulk) { bulk.classList.add('is-live'); showMarks(); addEventListener('pageshow', showMarks); }

  // Columns: seen at once, kept for good by the form's own button.
  for (const form of $$('[data-columns]')) {
    const target = document.getElementById(form.dataset.columns);
    if (!target) continue;
    const apply = () => $$('input[name=col]', form).forEach(box => {
      $$(`[data-col="${CSS.escape(box.value)}"]`, target).forEach(cell => { cell.hidden = !box.checked; });
    });
    // An answer's column is made by the server: asked for at once.
    form.addEventListener('change', event => {
      apply();
      if (event.target.checked && !$$(`[data-col="${CSS.escape(event.target.value)}"]`, target).length) form.requestSubmit();
    });
    apply();
  }

  // Typed text is not lost by a slip: the browser asks before the page is left.
  const state = form => new URLSearchParams([...new FormData(form)].map(([key, value]) => [key, value.name || String(value)])).toString();
  const guarded = $$('[data-guard]').map(form => ({ form, first: state(form), sent: false }));
  guarded.forEach(entry => entry.form.addEventListener('submit', () => { entry.sent = true; }));
  addEventListener('pageshow', () => guarded.forEach(entry => { entry.sent = false; }));
  addEventListener('beforeunload', event => {
    const sending = guarded.find(entry => entry.sent);
    if (guarded.some(entry => entry !== sending && state(entry.form) !== entry.first)) event.preventDefault();
  });

  // A canned reply goes into the message, behind what was typed there; without scripts by a button.
  $$('[data-fill-button]').forEach(button => button.remove());
  $$('[data-fill]').forEach(select => select.addEventListener('change', () => {
    const field = document.getElementById(select.dataset.fill);
    const text = select.selectedOptions[0].dataset.text;
    if (!field || !text) return;
    field.value = field.value.trim() ? `${field.value.trim()}\n\n${text}` : text;
    field.dispatchEvent(new Event('input', { bubbles: true }));
    select.selectedIndex = 0;
    field.focus();
  }));
  $$('[data-print]').forEach(button => { button.hidden = false; button.addEventListener('click', () => print()); });

  // Keys
  const act = element => {
    const menu = element.closest('details');
    if (menu && element.tagName !== 'SUMMARY') menu.open = true;
    if (element.matches('input, select, textarea')) { element.focus(); if (element.select) element.select(); return; }
    element.click();
    if (element.tagName !== 'SUMMARY' || !element.parentElement.open) return;
    const field = element.parentElement.querySelector('input:not([type=hidden]), select, textarea');
    if (field) field.focus();
  };

  const typing = target => target.isContentEditable ||
    target.matches('textarea, select, input:not([type=checkbox]):not([type=radio]):not([type=submit]):not([type=button])');
  addEventListener('keydown', event => {
    if (!keysOn || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (typing(event.target) || document.querySelector('dialog[open]')) return;
    const row = rows[current];
    const box = row && row.querySelector('input[type=checkbox]');
    const bound = $$('[data-key]').find(element => element.dataset.key === event.key && element.getClientRects().length);
    if (event.key === 'j') walk(1);
    else if (event.key === 'k') walk(-1);
    else if (event.key === 'x' && box) { box.checked = !box.checked; showMarks(); }
    else if (event.key === 'Enter' && row && event.target === document.body && linkOf(row)) linkOf(row).click();
    else if (event.key === '?' && help) help.showModal();
    else if (bound) act(bound);
    else return;
    event.preventDefault();
  });

  // Only one menu is open, and only while one is in it; Escape closes it and gives the focus back.
  const closeMenus = event => $$('.ch-menu[open]').forEach(menu => { if (!menu.contains(event.target)) menu.open = false; });
  addEventListener('click', closeMenus);
  addEventListener('focusin', closeMenus);
  addEventListener('keydown', event => {
    const menu = event.key === 'Escape' && event.target.closest && event.target.closest('.ch-menu[open]');
    if (menu) { menu.open = false; menu.querySelector('summary').focus(); }
  });
})();
