// Writes ui/dist from the installed packages; started by vendor.sh in a folder that holds
// node_modules. Argument: the ui folder.
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync, mkdirSync, rmSync, readdirSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync, constants } from 'node:zlib'
import postcss from 'postcss'
import { PurgeCSS } from 'purgecss'

const ui = process.argv[2]
const root = join(ui, '..')
const modules = join(process.cwd(), 'node_modules')
const uswds = join(modules, '@uswds/uswds')
const leaflet = join(modules, 'leaflet')

// Icons of the sprite: name in our pages -> file of the package (Material Icons as shipped by USWDS).
const ICONS = {
  search: 'search', place: 'location_on', locate: 'my_location', photo: 'photo_camera',
  phone: 'phone', mail: 'mail', sms: 'chat', person: 'person', home: 'home', map: 'map',
  list: 'list', check: 'check', done: 'check_circle', info: 'info', warning: 'warning',
  error: 'error', clock: 'schedule', calendar: 'event', print: 'print', edit: 'edit', add: 'add',
  remove: 'remove', close: 'close', menu: 'menu', settings: 'settings', help: 'help',
  lock: 'lock', shield: 'verified_user', feed: 'rss_feed', download: 'file_download',
  attach: 'attach_file', link: 'link', flag: 'flag', group: 'groups', send: 'send',
  next: 'navigate_next', before: 'navigate_before', back: 'arrow_back', filter: 'filter_list',
  history: 'history', chart: 'assessment', follow: 'notifications', language: 'language',
  visible: 'visibility', hidden: 'visibility_off', undo: 'undo', logout: 'logout',
  street: 'construction', light: 'lightbulb', tree: 'park', trash: 'delete', water: 'wash',
  flood: 'flooding', animal: 'pets', building: 'location_city', hall: 'account_balance',
  car: 'directions_car', walk: 'directions_walk', business: 'store', permit: 'contact_page',
  payment: 'credit_card', police: 'local_police', fire: 'local_fire_department', work: 'work',
  clean: 'eco', computer: 'support_agent', news: 'campaign'
}

// USWDS has no dark mode: every colour of the purged sheet becomes one of our tokens, which
// ui/css/public.css defines for both schemes. A colour that is not listed stops the script.
const INK = {
  '#1b1b1b': 'ink', '#454545': 'ink-soft', '#3d4551': 'ink-soft', '#565c65': 'ink-soft',
  '#71767a': 'ink-soft', '#757575': 'ink-soft', '#fff': 'on-primary', white: 'on-primary',
  '#005ea2': 'link', '#1a4480': 'link-hover', '#162e51': 'link-active', '#54278f': 'visited',
  '#b50909': 'error', '#dfe1e2': 'on-primary', '#f0f0f0': 'on-primary', '#a9aeb1': 'ink-soft',
  '#adadad': 'on-primary', '#c9c9c9': 'ink-soft', '#d9e8f6': 'ink', '#d83933': 'error',
  '#8b0a03': 'error'
}
const GROUND = {
  '#fff': 'surface', white: 'surface', '#f0f0f0': 'tint', '#dfe1e2': 'shade', '#c9c9c9': 'shade',
  '#1b1b1b': 'ink', '#454545': 'ink-soft', '#757575': 'line-strong', '#565c65': 'tag', '#d9e8f6': 'info-tint',
  '#005ea2': 'primary', '#1a4480': 'primary-hover', '#162e51': 'primary-active',
  '#e7f6f8': 'info-tint', '#ecf3ec': 'ok-tint', '#faf3d1': 'warn-tint', '#f4e3db': 'error-tint',
  '#d83933': 'danger', '#b50909': 'danger-hover', '#8b0a03': 'danger-hover', '#a9aeb1': 'line',
  '#71767a': 'line-strong', '#97d4ea': 'info-tint', 'rgba(0,94,162,.1)': 'info-tint'
}
const EDGE = {
  '#1b1b1b': 'line-strong', '#565c65': 'line-strong', '#71767a': 'line-strong',
  '#757575': 'line-strong', '#a9aeb1': 'line', '#c9c9c9': 'line', '#dfe1e2': 'line',
  '#f0f0f0': 'line', '#e6e6e6': 'line', '#fff': 'surface', white: 'surface', '#d9e8f6': 'line', '#99deea': 'info',
  '#00bde3': 'info', '#00a91c': 'ok', '#ffbe2e': 'warn', '#d54309': 'error', '#b50909': 'error',
  '#005ea2': 'link', '#1a4480': 'link-hover', '#162e51': 'link-active', '#2491ff': 'focus',
  '#000': 'surface', black: 'surface', '#d83933': 'danger', '#8b0a03': 'danger-hover'
}
const missing = new Set()
const COLOUR = /#[0-9a-f]{3,8}\b|\b(?:white|black)\b|rgba?\([^)]*\)/gi
const DROPPED_SELECTOR = /dark-background|usa-dark-background|--inverse|\bdark\b|--big-number/

function tokenFor (prop, colour) {
  const table = /^(color|fill|-webkit-text-fill-color)$/.test(prop)
    ? INK
    : /^background/.test(prop) ? GROUND : EDGE
  const token = table[colour.toLowerCase()]
  if (!token) missing.add(`${prop}: ${colour}`)
  return `var(--${token})`
}

function dataUri (file) {
  const svg = readFileSync(file, 'utf8').trim().replace(/"/g, "'")
  return `url("data:image/svg+xml,${svg.replace(/[#<>%]/g, encodeURIComponent)}")`
}

function rewriteDeclaration (decl) {
  decl.value = decl.value.replace(/url\((?!["']?data:)([^)]+)\)/g, (whole, path) =>
    dataUri(join(uswds, 'dist/css', path)))
  if (decl.prop === 'font-family' && /Source Sans/.test(decl.value)) decl.value = 'var(--font)'
  if (decl.prop === 'font-family' && /Merriweather/.test(decl.value)) {
    decl.value = 'var(--font-heading)'
  }
  if (decl.prop === 'font-family' && /Roboto Mono/.test(decl.value)) decl.value = 'var(--font-mono)'
  if (!/url\(/.test(decl.value)) {
    decl.value = decl.value.replace(COLOUR, colour => tokenFor(decl.prop, colour))
  }
}

async function buildUswds () {
  const [purged] = await new PurgeCSS().purge({
    content: [join(root, 'src/**/*.ct'), join(ui, 'README.md'), join(ui, 'js/*.js')],
    css: [join(uswds, 'dist/css/uswds.min.css')],
    safelist: ['html', 'body', 'b', 'strong', 'code', 'pre', 'small', 'sub', 'sup', 'hr', 'img',
      'blockquote', 'optgroup', 'template'],
    variables: true,
    keyframes: true,
    defaultExtractor: text => text.match(/[A-Za-z0-9_:\\/-]+/g) || []
  })
  const sheet = postcss.parse(purged.css)
  sheet.walkAtRules(/font-face|charset/, rule => { rule.remove() })
  sheet.walkRules(rule => {
    const kept = rule.selectors.filter(selector => !DROPPED_SELECTOR.test(selector))
    if (kept.length) rule.selectors = kept
    else rule.remove()
  })
  sheet.walkDecls(rewriteDeclaration)
  if (missing.size) throw new Error(`colours without a token:\n${[...missing].join('\n')}`)
  sheet.walkAtRules(rule => { if (rule.nodes && !rule.nodes.length) rule.remove() })
  return sheet.toString()
}

function buildLeafletCss () {
  const sheet = postcss.parse(readFileSync(join(leaflet, 'dist/leaflet.css'), 'utf8'))
  sheet.walkDecls(decl => { if (/url\(/.test(decl.value)) decl.remove() })
  sheet.walkComments(comment => { comment.remove() })
  sheet.walkRules(rule => { if (!rule.nodes.length) rule.remove() })
  const tight = sheet.toString().replace(/\s+/g, ' ').replace(/ ?([{};,]) ?/g, '$1')
  return `/* Leaflet 1.9.4, BSD-2-Clause, without images */\n${tight}\n`
}

function buildLeafletJs () {
  return readFileSync(join(leaflet, 'dist/leaflet.js'), 'utf8')
    .replace(/\n?\/\/# sourceMappingURL=.*\s*$/, '\n')
}

function buildIcons () {
  const symbols = Object.entries(ICONS).map(([name, file]) => {
    const svg = readFileSync(join(uswds, 'dist/img/usa-icons', `${file}.svg`), 'utf8')
    const body = svg.replace(/^[\s\S]*?<svg[^>]*>|<\/svg>\s*$/g, '')
    return `<symbol id="${name}" viewBox="0 0 24 24">${body}</symbol>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join('\n')}\n</svg>\n`
}

function version (folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version
}

function report (files) {
  const rows = files.map(({ name, data, from, licence }) => {
    const sha = createHash('sha256').update(data).digest('hex')
    const gz = gzipSync(data, { level: 9 }).length
    const br = brotli(data).length
    return `| ${name} | ${from} | ${licence} | ${data.length} | ${gz} | ${br} | \`${sha}\` |`
  })
  return `# Vendored browser assets

Written by \`ui/vendor.sh\`; do not edit. The sha256 is of the file in \`ui/dist\`; each has a brotli
twin beside it (\`.br\`), the gzip form is made by the build. The package versions and their
integrity hashes are in \`ui/package-lock.json\`, the licence texts in \`ui/licenses/\`.

| file | from | licence | bytes | gzip | brotli | sha256 |
|---|---|---|---|---|---|---|
${rows.join('\n')}

USWDS is a work of the U.S. Government (public domain, CC0 elsewhere) on top of normalize.css (MIT);
its icons are Google Material Icons (Apache-2.0). None of its fonts is shipped. In \`uswds.css\` the
unused rules are removed, the colours are replaced by our tokens and the icons are written in.
`
}

function brotli (data) {
  return brotliCompressSync(data, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } })
}

const fromUswds = `@uswds/uswds ${version(uswds)}`
const fromLeaflet = `leaflet ${version(leaflet)}`
const files = [
  { name: 'uswds.css', text: await buildUswds(), from: fromUswds, licence: 'CC0-1.0, MIT, Apache-2.0' },
  { name: 'icons.svg', text: buildIcons(), from: fromUswds, licence: 'Apache-2.0, CC0-1.0' },
  { name: 'leaflet.js', text: buildLeafletJs(), from: fromLeaflet, licence: 'BSD-2-Clause' },
  { name: 'leaflet.css', text: buildLeafletCss(), from: fromLeaflet, licence: 'BSD-2-Clause' }
]

const dist = join(ui, 'dist')
mkdirSync(dist, { recursive: true })
for (const old of readdirSync(dist)) rmSync(join(dist, old))
for (const file of files) {
  file.data = Buffer.from(file.text)
  writeFileSync(join(dist, file.name), file.data)
  writeFileSync(join(dist, `${file.name}.br`), brotli(file.data))
}
const licences = join(ui, 'licenses')
mkdirSync(licences, { recursive: true })
writeFileSync(join(licences, 'uswds.md'), readFileSync(join(uswds, 'LICENSE.md')))
writeFileSync(join(licences, 'leaflet.txt'), readFileSync(join(leaflet, 'LICENSE')))
if (!existsSync(join(root, 'LICENSE'))) throw new Error('the Apache-2.0 text is missing')
writeFileSync(join(ui, 'VENDORED.md'), report(files))
