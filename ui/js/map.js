// The moving map, loaded after a tap. The server's SVG in the page becomes Leaflet's ground, so that
// it keeps the page's colours; each move asks the server for the part now seen.
'use strict';
(() => {
  const { make } = window.cityhall;
  const NS = 'http://www.w3.org/2000/svg';

  // Leaflet parses this one string when it starts and an empty one for a marker without text.
  const harmless = text => (text === '<svg/>' || text === '' ? text : null);
  if (window.trustedTypes && !trustedTypes.defaultPolicy) {
    trustedTypes.createPolicy('default', { createHTML: harmless });
  }

  // Not fetch and DOMParser: the parser is refused under trusted types, a response document is not.
  const svgFrom = url => new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('GET', url);
    request.responseType = 'document';
    request.overrideMimeType('image/svg+xml');
    request.onload = () => {
      const drawn = request.status === 200 && request.responseXML && request.responseXML.documentElement;
      if (drawn && drawn.namespaceURI === NS) resolve(document.importNode(drawn, true));
      else reject(new Error(String(request.status)));
    };
    request.onerror = reject;
    request.send();
  });

  const styleSheet = url => new Promise(resolve => {
    if (document.querySelector(`link[href="${url}"]`)) { resolve(); return; }
    const link = make('link', { rel: 'stylesheet', href: url });
    link.onload = link.onerror = resolve;
    document.querySelector('link[rel=stylesheet]').before(link);
  });

  const toBounds = text => {
    const [west, south, east, north] = text.split(',').map(Number);
    return [[south, west], [north, east]];
  };

  // As in the server's drawing: the number of the list's line, the colour of its state.
  const numbered = (L, { marker, kind }) => {
    const svg = document.createElementNS(NS, 'svg');
    svg.setAttribute('viewBox', '-22 -59 44 60');
    const group = document.createElementNS(NS, 'g');
    group.setAttribute('class', `map-pin map-pin-${kind}`);
    const path = document.createElementNS(NS, 'path');
    path.setAttribute('d', 'M0 0C-4-14-19-22-19-37a19 19 0 1 1 38 0C19-22 4-14 0 0z');
    const text = document.createElementNS(NS, 'text');
    text.setAttribute('y', '-30');
    text.setAttribute('text-anchor', 'middle');
    text.textContent = marker;
    group.append(path, text);
    svg.append(group);
    return L.divIcon({ html: svg, className: '', iconSize: [32, 44], iconAnchor: [16, 43] });
  };

  const pin = L => {
    const svg = document.createElementNS(NS, 'svg');
    svg.setAttribute('viewBox', '0 0 32 44');
    const path = document.createElementNS(NS, 'path');
    path.setAttribute('class', 'ch-map__pin');
    path.setAttribute('d', 'M16 43C16 43 2 26 2 16a14 14 0 0 1 28 0c0 10-14 27-14 27zm0-21a6 6 0 1 0 0-12 6 6 0 0 0 0 12z');
    svg.append(path);
    return L.divIcon({ html: svg, className: '', iconSize: [32, 44], iconAnchor: [16, 43] });
  };

  const ground = (L, map, figure, first) => {
    let layer = L.svgOverlay(first, toBounds(figure.dataset.bounds), { className: 'ch-map__svg' }).addTo(map);
    let turn = 0;
    const redraw = async () => {
      const mine = ++turn;
      const seen = map.getBounds().pad(0.25);
      const size = map.getSize().multiplyBy(1.5).round();
      const box = [seen.getWest(), seen.getSouth(), seen.getEast(), seen.getNorth()].map(n => n.toFixed(5));
      const mark = figure.dataset.source.includes('?') ? '&' : '?';
      try {
        const svg = await svgFrom(`${figure.dataset.source}${mark}bbox=${box}&width=${size.x}&height=${size.y}&plain=1`);
        if (mine !== turn) return;
        svg.setAttribute('preserveAspectRatio', 'none');
        const next = L.svgOverlay(svg, seen, { className: 'ch-map__svg' }).addTo(map);
        layer.remove();
        layer = next;
      } catch { /* the old ground stays */ }
    };
    map.on('moveend', redraw);
    redraw();
  };

  const pick = (L, map, figure) => {
    const fields = figure.dataset.pick.split(' ').map(id => document.getElementById(id));
    let marker = null;
    const set = point => {
      fields[0].value = point.lat.toFixed(6);
      fields[1].value = point.lng.toFixed(6);
      for (const button of figure.closest('form').querySelectorAll('[data-pinned]')) button.hidden = false;
      if (marker) { marker.setLatLng(point); return; }
      marker = L.marker(point, { icon: pin(L), draggable: true, keyboard: false }).addTo(map);
      marker.on('dragend', () => set(marker.getLatLng()));
    };
    map.on('click', event => set(event.latlng));
    // A pin and no address: the step's own "Continue" means the pin.
    const own = figure.closest('form'), typed = document.getElementById('place');
    typed?.form.addEventListener('submit', event => {
      if (typed.value.trim() || !fields[0].value) return;
      event.preventDefault();
      own.requestSubmit();
    });
    // By keyboard: Enter sets the pin in the middle of the map.
    map.getContainer().addEventListener('keydown', event => {
      if (event.key === 'Enter' && event.target === map.getContainer()) { event.preventDefault(); set(map.getCenter()); }
    });
    if (fields[0].value) set(L.latLng(Number(fields[0].value), Number(fields[1].value)));
  };

  const points = async (L, map, url) => {
    const reply = await fetch(url, { headers: { Accept: 'application/geo+json' } });
    for (const { geometry, properties } of (await reply.json()).features) {
      const [lon, lat] = geometry.coordinates;
      const link = make('a', { href: properties.url, class: 'usa-link' }, properties.title);
      // A numbered pin is a line of the list beside the map, which Tab reaches; pins lie over each
      // other and are no stops of their own.
      const look = properties.marker ? { icon: numbered(L, properties), keyboard: false } : { icon: pin(L) };
      L.marker([lat, lon], { ...look, riseOnHover: true, title: properties.title, alt: properties.title }).bindPopup(link, { closeButton: false }).addTo(map);
    }
  };

  const zoomButtons = (map, figure) => {
    const box = make('div', { class: 'ch-map__zoom' });
    for (const [text, key, act] of [['+', 'zoomIn', () => map.zoomIn()], ['\u2212', 'zoomOut', () => map.zoomOut()]]) {
      const button = make('button', { type: 'button', 'aria-label': figure.dataset[key] }, text);
      button.addEventListener('click', act);
      box.append(button);
    }
    figure.append(box);
  };

  window.cityhall.openMap = async figure => {
    await Promise.all([styleSheet(figure.dataset.leafletCss), window.L || import(figure.dataset.leaflet)]);
    const L = window.L;
    const svg = figure.querySelector('svg');
    const box = make('div', { class: 'ch-map__live', role: 'application', 'aria-label': figure.dataset.label });
    svg.replaceWith(box);
    svg.removeAttribute('class');
    svg.setAttribute('preserveAspectRatio', 'none');
    const moves = !matchMedia('(prefers-reduced-motion: reduce)').matches;
    const map = L.map(box, { zoomControl: false, attributionControl: false, maxZoom: 19, zoomSnap: 0.25, fadeAnimation: moves, zoomAnimation: moves, inertia: moves });
    map.fitBounds(toBounds(figure.dataset.bounds));
    ground(L, map, figure, svg);
    zoomButtons(map, figure);
    if (figure.dataset.pick) pick(L, map, figure);
    if (figure.dataset.points) await points(L, map, figure.dataset.points);
    box.focus();
  };
})();
