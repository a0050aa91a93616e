// Progressive enhancement of every page; the page is complete without it. No words here: texts come
// from data attributes. No innerHTML: the policy of the pages requires trusted types.
'use strict';
(() => {
  const $$ = (selector, from = document) => [...from.querySelectorAll(selector)];
  const make = (name, attributes = {}, text = '') => {
    const element = document.createElement(name);
    for (const key in attributes) element.setAttribute(key, attributes[key]);
    element.textContent = text;
    return element;
  };
  // Numbers as the server writes them, the same in every language of the page: docs/decisions/0010.
  const numbers = new Intl.NumberFormat('en-US');
  const number = n => numbers.format(n);
  let count = 0;
  const ui = window.cityhall = { $$, make, number };

  // A list under a text field, after the ARIA combobox pattern. `load(text)` gives the items or
  // a promise of them, `choose(item)` is called with the one taken.
  const combobox = (input, list, load, choose) => {
    let items = [], active = -1, turn = 0, timer = 0;
    const mark = index => {
      active = index;
      $$('[role=option]', list).forEach((option, i) => {
        option.setAttribute('aria-selected', i === index);
        if (i === index) option.scrollIntoView({ block: 'nearest' });
      });
      if (index < 0) input.removeAttribute('aria-activedescendant');
      else input.setAttribute('aria-activedescendant', list.id + index);
    };
    const close = () => {
      turn++;
      list.hidden = true;
      input.setAttribute('aria-expanded', 'false');
      mark(-1);
    };
    const draw = found => {
      items = found;
      list.replaceChildren(...items.map((item, i) => {
        const option = make('li', { role: 'option', id: list.id + i, 'aria-selected': false }, item.label);
        if (item.detail) option.append(' ', make('small', {}, item.detail));
        option.addEventListener('mousedown', event => event.preventDefault());
        option.addEventListener('click', () => { close(); choose(item); });
        return option;
      }));
      list.hidden = !items.length;
      input.setAttribute('aria-expanded', String(!list.hidden));
      mark(-1);
    };
    const search = async () => {
      const mine = ++turn;
      const typed = input.value.trim();
      const found = await load(typed);
      if (mine !== turn || !found) return;
      // A list that only repeats what was typed would lie over the button for nothing.
      const isSaid = found.length === 1 && found[0].label.toLowerCase() === typed.toLowerCase();
      draw(isSaid ? [] : found);
    };
    input.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(search, 120); });
    input.addEventListener('blur', () => { clearTimeout(timer); close(); });
    input.addEventListener('keydown', event => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step && list.hidden) search();
      else if (step) mark((active + step + items.length + (active < 0 && step < 0 ? 1 : 0)) % items.length);
      else if (event.key === 'Enter' && active >= 0) { const item = items[active]; close(); choose(item); }
      else if (event.key === 'Escape') {
        const was = !list.hidden;
        clearTimeout(timer);
        close(); // also drops the answer that is under way
        if (!was) return;
      } else return;
      event.preventDefault();
    });
  };

  for (const input of $$('[data-suggest]')) {
    const data = input.dataset;
    const list = make('ul', { role: 'listbox', class: 'ch-suggest__list', id: `suggest${++count}-`, hidden: '' });
    const label = input.labels[0];
    if (label) list.setAttribute('aria-label', label.textContent.trim());
    const status = make('span', { class: 'usa-sr-only', role: 'status' });
    input.after(list, status);
    const attributes = { role: 'combobox', 'aria-autocomplete': 'list', 'aria-expanded': 'false', 'aria-controls': list.id };
    for (const key in attributes) input.setAttribute(key, attributes[key]);
    const target = document.getElementById(data.suggestId);
    const load = async text => {
      if (text.length < 2) return [];
      try {
        const reply = await fetch(`${data.suggest}?q=${encodeURIComponent(text)}`, { headers: { Accept: 'application/json' } });
        const body = await reply.json();
        const found = body.places || [];
        status.textContent = found.length ? data.suggestCount.replace('{n}', number(found.length)) : data.suggestNone;
        return found;
      } catch { return []; }
    };
    combobox(input, list, load, item => {
      input.value = item.label;
      if (target) target.value = item.id;
      input.dispatchEvent(new Event('change', { bubbles: true }));
    });
    input.addEventListener('input', () => { if (target) target.value = ''; });
  }

  for (const button of $$('[data-locate]')) {
    if (!navigator.geolocation) continue;
    button.hidden = false;
    const words = button.querySelector('span') || button;
    const first = words.textContent;
    const status = make('p', { class: 'ch-meta', role: 'status' });
    button.after(status);
    button.addEventListener('click', () => {
      const fields = button.dataset.locate.split(' ').map(id => document.getElementById(id));
      words.textContent = button.dataset.locateWait;
      navigator.geolocation.getCurrentPosition(({ coords }) => {
        fields[0].value = coords.latitude.toFixed(6);
        fields[1].value = coords.longitude.toFixed(6);
        button.form.append(make('input', { type: 'hidden', name: 'located', value: '1' }));
        button.form.noValidate = true;
        button.form.requestSubmit();
      }, () => {
        words.textContent = first;
        status.textContent = button.dataset.locateFail;
      }, { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 });
    });
  }

  for (const button of $$('[data-copy]')) {
    if (!navigator.clipboard) continue;
    button.hidden = false;
    button.addEventListener('click', async () => {
      const words = button.textContent, text = document.getElementById(button.dataset.copy).innerText.trim();
      await navigator.clipboard.writeText(text);
      button.textContent = button.dataset.copied;
      setTimeout(() => { button.textContent = words; }, 4000);
    });
  }

  // Photos: shown before they are sent, and made smaller where the browser can read them, which
  // also leaves the camera's position out. What it cannot read goes as it is.
  const smaller = async file => {
    if (!/^image\/(jpeg|webp)$/.test(file.type) || file.size < 1e6) return file;
    try {
      const picture = await createImageBitmap(file);
      const scale = Math.min(1, 2048 / Math.max(picture.width, picture.height));
      const canvas = make('canvas', { width: Math.round(picture.width * scale), height: Math.round(picture.height * scale) });
      canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
      picture.close();
      const blob = await new Promise(resolve => canvas.toBlob(resolve, 'image/jpeg', 0.85));
      return blob && blob.size < file.size ? new File([blob], file.name.replace(/\.\w+$/, '.jpg'), { type: 'image/jpeg' }) : file;
    } catch { return file; }
  };
  const preview = file => new Promise(resolve => {
    const entry = make('li');
    const reader = new FileReader();
    const done = () => { entry.append(make('span', { class: 'ch-meta' }, file.name)); resolve(entry); };
    reader.onload = () => {
      const image = make('img', { alt: '', src: reader.result });
      image.onload = () => { entry.prepend(image); done(); };
      image.onerror = done;
    };
    reader.onerror = done;
    if (/^image\//.test(file.type)) reader.readAsDataURL(file); else done();
  });
  for (const input of $$('[data-photos]')) {
    const list = document.getElementById(input.dataset.photosList);
    let turn = 0;
    input.addEventListener('change', async () => {
      const mine = ++turn;
      const files = [];
      const chosen = [...input.files].slice(0, Number(input.dataset.photos));
      for (const file of chosen) files.push(await smaller(file));
      const shown = await Promise.all(files.map(preview));
      if (mine !== turn) return;
      const transfer = new DataTransfer();
      files.forEach(file => transfer.items.add(file));
      input.files = transfer.files;
      list.replaceChildren(...shown);
    });
  }

  for (const area of $$('[data-count]')) {
    const status = make('p', { class: 'ch-count', 'aria-live': 'polite' });
    area.after(status);
    const show = () => { status.textContent = area.dataset.count.replace('{n}', number(area.maxLength - area.value.length)); };
    area.addEventListener('input', show);
    show();
  }

  // A second press while the first is under way does nothing; Back makes the form usable again.
  addEventListener('submit', event => {
    const form = event.target;
    if (!('once' in form.dataset) || event.defaultPrevented) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = '1';
    if (event.submitter) event.submitter.setAttribute('aria-busy', 'true');
  });
  addEventListener('pageshow', () => $$('[data-once]').forEach(form => {
    delete form.dataset.sent;
    $$('[aria-busy]', form).forEach(button => button.removeAttribute('aria-busy'));
  }));

  for (const figure of $$('[data-map]')) {
    const button = figure.querySelector('.ch-map__open');
    if (!button) continue;
    button.hidden = false;
    button.addEventListener('click', async () => {
      button.setAttribute('aria-busy', 'true');
      try {
        await import(figure.dataset.map);
        await ui.openMap(figure);
        button.hidden = true;
      } catch { button.removeAttribute('aria-busy'); }
    });
  }

  const focus = document.querySelector('[data-focus]');
  if (focus) focus.focus();
})();
