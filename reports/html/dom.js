// Everything on the page is made here, of elements and text nodes: nothing of a result is ever read as markup.

const svgSpace = 'http://www.w3.org/2000/svg';

// Controls and what reverses the direction of writing become visible text; `lines` leaves line ends and tabs alone.
const misleading =
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const named = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
function visible(text, lines = false) {
    return String(text).replace(misleading, (c) => {
        if (lines && (c === '\n' || c === '\t')) return c;
        const code = c.charCodeAt(0);
        return named[c] ?? (code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`);
    });
}

// What is made visible only grows: no more of it is looked at than can be shown.
function shortened(text, most) {
    const shown = visible(String(text).slice(0, most + 1));
    return shown.length <= most ? shown : `${shown.slice(0, most - 1)}…`;
}

function append(element, children) {
    for (const child of children.flat(4)) {
        if (child === null || child === undefined || child === false || child === '') continue;
        element.append(child instanceof Node ? child : visible(child));
    }
    return element;
}

function setAll(element, attributes) {
    for (const [name, value] of Object.entries(attributes)) {
        if (value === null || value === undefined || value === false) continue;
        if (name === 'on') for (const [event, handler] of Object.entries(value)) element.addEventListener(event, handler);
        else element.setAttribute(name, value === true ? '' : visible(value, true));
    }
    return element;
}

// h('p', {class: 'x', on: {click}}, 'text', element, [more])
const h = (name, attributes = {}, ...children) => append(setAll(document.createElement(name), attributes), children);
const s = (name, attributes = {}, ...children) => append(setAll(document.createElementNS(svgSpace, name), attributes), children);

const table = (caption, rows, heads) =>
    h(
        'table',
        { class: 'plain' },
        caption ? h('caption', {}, caption) : '',
        heads ? h('thead', {}, h('tr', {}, heads.map((head) => h('th', { scope: 'col' }, head)))) : '',
        h('tbody', {}, rows),
    );

const icon = (name) => s('svg', { class: 'icon', 'aria-hidden': 'true', viewBox: '0 0 16 16' }, s('use', { href: `#i-${name}` }));

const plural = (number, one, many = `${one}s`) => `${number} ${number === 1 ? one : many}`;

function time(microseconds) {
    if (microseconds < 10_000) return `${(microseconds / 1000).toFixed(1)} ms`;
    if (microseconds < 1_000_000) return `${Math.round(microseconds / 1000)} ms`;
    if (microseconds < 120_000_000) return `${(microseconds / 1e6).toFixed(1)} s`;
    return `${Math.floor(microseconds / 6e7)} min ${Math.round((microseconds % 6e7) / 1e6)} s`;
}

function byteCount(number) {
    if (number < 10_000) return plural(number, 'byte');
    return number < 1_000_000 ? `${Math.round(number / 1024)} KiB` : `${(number / 1_048_576).toFixed(1)} MiB`;
}

// Said by screen readers, without moving the focus.
function say(text) {
    document.getElementById('said').textContent = visible(text);
}
